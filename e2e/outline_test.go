package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/vouchline/vouchline/internal/chromium"
	"github.com/vouchline/vouchline/templates"
)

// A bench is a page in a browser that inspects pictures as the capture page
// does.
type bench struct {
	t        *testing.T
	b        *chromium.Browser
	mu       sync.Mutex
	pictures map[string][]byte
}

// inspected is what inspector.js says of a picture.
type inspected struct {
	Advice  string
	Corners []struct{ X, Y float64 }
	Pitch   float64
	Tilt    float64
	Sharp   float64
	Burnt   float64
	Mean    float64
	MS      float64 // of one inspection, the median of eleven
}

func newBench(t *testing.T) *bench {
	t.Helper()
	module, err := templates.Asset("inspector.js")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, pictures: map[string][]byte{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f, ok := templates.Static(strings.TrimPrefix(r.URL.Path, templates.StaticPrefix)); ok {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write(f.Content)
			return
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if picture, ok := b.pictures[r.URL.Path]; ok {
			_, _ = w.Write(picture)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, benchPage, module)
	}))
	t.Cleanup(server.Close)
	b.b = chromium.New(t, chromium.Options{})
	b.b.Open(server.URL)
	b.b.WaitTrue("!!window.inspect", "the module")
	return b
}

const benchPage = `<!doctype html><link rel="icon" href="data:,"><script type="module">
import { inspector } from "%s";
window.inspect = async (url, type, times) => {
  const image = new Image();
  image.src = url;
  await image.decode();
  const source = await createImageBitmap(image);
  const inspect = inspector(type), frame = { width: source.width, height: source.height }, took = [];
  let result;
  for (let i = 0; i < times; i++) {
    const begun = performance.now();
    result = inspect(source, frame);
    took.push(performance.now() - begun);
  }
  took.sort((a, b) => a - b);
  return JSON.stringify({ ...result, ms: took[took.length >> 1] }, (k, v) => (v === Infinity ? -1 : v));
};
</script>`

func (b *bench) inspect(img image.Image, documentType string, times int) inspected {
	b.t.Helper()
	var file bytes.Buffer
	if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: 90}); err != nil {
		b.t.Fatal(err)
	}
	b.mu.Lock()
	path := fmt.Sprintf("/%d.jpg", len(b.pictures))
	b.pictures[path] = file.Bytes()
	b.mu.Unlock()
	answer := b.b.String(fmt.Sprintf("window.inspect(%q, %q, %d)", path, documentType, times))
	var got inspected
	if err := json.Unmarshal([]byte(answer), &got); err != nil {
		b.t.Fatalf("inspect: %v in %s", err, answer)
	}
	return got
}

// off is the farthest way of a corner to the true one, as a part of the
// picture's width, whichever corner is named first and whichever way round.
func (got inspected) off(outline [4][2]float64, width int) float64 {
	least := math.Inf(1)
	for turn := range 8 {
		most := 0.0
		for i, c := range got.Corners {
			want := outline[(i+turn)%4]
			if turn >= 4 {
				want = outline[(7-i+turn)%4]
			}
			most = math.Max(most, math.Hypot(c.X-want[0], c.Y-want[1]))
		}
		least = math.Min(least, most)
	}
	return least / float64(width)
}

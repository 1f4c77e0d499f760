package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/internal/chromium"
	"github.com/vouchline/vouchline/templates"
)

// A receiver takes what sender.js sends and answers as it is told to.
type receiver struct {
	mu       sync.Mutex
	statuses []int // of the next answers; 200 after them, 0 is no answer
	batches  []string
}

const senderPage = `<!doctype html><link rel="icon" href="data:,"><script type="module">
import { sender, thin } from "%s";
window.thin = (at, before) => thin(at.map((ms) => ({ at: ms })), before).map((p) => p.at).join(" ");
window.said = [];
window.sent = 0;
const carry = window.fetch;
window.fetch = (...request) => { sent++; return carry(...request); };
window.send = (...at) => {
  const post = sender({
    url: "/frames", nonce: "n", answered: ({ batch }) => said.push("answered " + batch),
    refused: ({ code }) => said.push("refused " + code), lost: () => said.push("lost"),
  });
  for (const ms of at) post.add({ at: ms, blob: new Blob(["picture " + ms]) });
};
</script>`

func newReceiver(t *testing.T, statuses ...int) (*receiver, *chromium.Browser) {
	t.Helper()
	r := &receiver{statuses: statuses}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	b := chromium.New(t, chromium.Options{})
	b.Open(server.URL)
	b.WaitTrue("!!window.send", "the module")
	return r, b
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if f, ok := templates.Static(strings.TrimPrefix(req.URL.Path, templates.StaticPrefix)); ok {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write(f.Content)
		return
	}
	if req.Method != http.MethodPost {
		module, err := templates.Asset("sender.js")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, senderPage, module)
		return
	}
	r.take(w, req)
}

func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	if err := req.ParseMultipartForm(1 << 20); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.batches = append(r.batches, fmt.Sprintf("%s: %s in %d", req.FormValue("batch"), req.FormValue("taken"), len(req.MultipartForm.File["frame"])))
	status := http.StatusOK
	if len(r.statuses) > 0 {
		status, r.statuses = r.statuses[0], r.statuses[1:]
	}
	switch status {
	case 0:
		panic(http.ErrAbortHandler)
	case http.StatusOK:
		fmt.Fprintf(w, `{"batch":%s}`, req.FormValue("batch"))
	default:
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"code":"too_often"}`)
	}
}

func (r *receiver) want(t *testing.T, batches ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if diff := cmp.Diff(batches, r.batches); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

// A batch is sent again under its number until it is answered, and what was
// filmed meanwhile follows in order.
func TestSenderRepeatsABatch(t *testing.T) {
	t.Parallel()
	r, b := newReceiver(t, 0, http.StatusServiceUnavailable)
	b.Expect("ERR_EMPTY_RESPONSE")
	b.Expect("status of 503")
	b.String(`(send(0, 900, 1800, 2700, 3600, 4500, 5400), "")`)
	b.WaitTrue(`said.includes("answered 1")`, "both batches")
	first := "0: 0,900,1800,2700,3600,4500 in 6"
	r.want(t, first, first, first, "1: 5400 in 1")
	if got := b.String(`said.join(", ")`); got != "answered 0, answered 1" {
		t.Errorf("the page was told %q", got)
	}
}

func TestSenderGivesUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		statuses []int
		expect   string
		want     string
		sent     int
	}{
		{"network", []int{0, 0, 0, 0, 0, 0, 0, 0}, "ERR_EMPTY_RESPONSE", "lost", 4},
		{"too fast for long", []int{429, 429, 429, 429, 429}, "status of 429", "lost", 4},
		{"refused", []int{http.StatusConflict}, "status of 409", "refused too_often", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, b := newReceiver(t, tt.statuses...)
			b.Expect(tt.expect)
			b.String(`(send(0), "")`)
			b.WaitTrue(`said.length > 0`, "an end")
			if got := b.String(`said.join(", ")`); got != tt.want {
				t.Errorf("the page was told %q, want %q", got, tt.want)
			}
			// Counted in the page: where a connection breaks that it had opened
			// ahead of time, the browser itself asks again.
			if sent := b.String("String(sent)"); sent != strconv.Itoa(tt.sent) {
				t.Errorf("sent %s times, want %d", sent, tt.sent)
			}
		})
	}
}

// Where the network is slow, pictures are left out, and never so that the
// server would lose the face between two of them.
func TestThin(t *testing.T) {
	t.Parallel()
	_, b := newReceiver(t)
	for _, tt := range []struct{ name, at, before, want string }{
		{"few", "[300, 600]", "0", "300 600"},
		{"eight in a batch of six", "[300, 600, 900, 1200, 1500, 1800, 2100, 2400]", "0", "600 1200 1500 1800 2100 2400"},
		{"no gap above 800 ms", "[700, 1400, 2100, 2800, 3500, 4200, 4900, 5600]", "0", "700 1400 2100 2800 3500 4200 4900 5600"},
		{"the newest stays", "[100, 101, 102, 103, 104, 105, 106]", "99", "101 102 103 104 105 106"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := b.String(fmt.Sprintf("window.thin(%s, %s)", tt.at, tt.before)); got != tt.want {
				t.Errorf("thin(%s) = %s, want %s", tt.at, got, tt.want)
			}
		})
	}
}

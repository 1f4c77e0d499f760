package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/kyc"
)

// picture is a JPEG of one shade.
func picture(t testing.TB, shade uint8) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.Pix[i] = color.Gray{Y: shade}.Y
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// blank is a picture of that width in few bytes.
func blank(t testing.TB, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, 48)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type part struct {
	name string
	file []byte // nil is a plain field
	text string
}

func multipartBody(t testing.TB, parts ...part) (mediaType string, body *bytes.Buffer) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for _, p := range parts {
		if p.file == nil {
			if err := w.WriteField(p.name, p.text); err != nil {
				t.Fatal(err)
			}
			continue
		}
		f, err := w.CreateFormFile(p.name, "photo.jpg")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(p.file); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), body
}

func TestSubmitDocument(t *testing.T) {
	t.Parallel()
	front, back := picture(t, 10), picture(t, 200)
	for _, tc := range []struct {
		name   string
		parts  []part
		status int
		photos int
		want   string
	}{
		{"passport", []part{{name: "type", text: "passport"}, {name: "front", file: front}, {name: "back", file: []byte{}}}, http.StatusSeeOther, 1, ""},
		{"card", []part{{name: "type", text: "identity_card"}, {name: "front", file: front}, {name: "back", file: back}}, http.StatusSeeOther, 2, ""},
		{"card with its lines on the front", []part{{name: "type", text: "identity_card"}, {name: "front", file: front}}, http.StatusSeeOther, 1, ""},
		{"card with a broken back", []part{{name: "type", text: "identity_card"}, {name: "front", file: front}, {name: "back", file: []byte("hello")}}, http.StatusUnprocessableEntity, 0, `id="back-error"`},
		{"no photograph", []part{{name: "type", text: "passport"}}, http.StatusUnprocessableEntity, 0, `id="front-error"`},
		{"no type", []part{{name: "front", file: front}}, http.StatusUnprocessableEntity, 0, `id="type-error"`},
		{"text as photograph", []part{{name: "type", text: "visa"}, {name: "front", file: []byte("hello")}}, http.StatusUnprocessableEntity, 0, "JPEG, PNG or WebP"},
		{"truncated", []part{{name: "type", text: "visa"}, {name: "front", file: front[:len(front)/2]}}, http.StatusUnprocessableEntity, 0, `id="front-error"`},
		{
			"too large",
			[]part{{name: "type", text: "visa"}, {name: "front", file: make([]byte, photo.MaxBytes+1)}},
			http.StatusUnprocessableEntity, 0, "larger than 15 MB",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := &fakeFlow{state: kyc.Document, data: anna()}
			b := newBrowser(t, f)
			b.enter()
			mediaType, body := multipartBody(t, tc.parts...)
			res, text := b.do(http.MethodPost, "/enroll/document", mediaType, body)
			if res.StatusCode != tc.status || len(f.document.Photos) != tc.photos || !strings.Contains(text, tc.want) {
				t.Errorf("POST = %d with %d photographs, want %d with %d and %q", res.StatusCode, len(f.document.Photos), tc.status, tc.photos, tc.want)
			}
			if tc.photos > 0 {
				sum := sha256.Sum256(front)
				if got := f.document.Photos[0]; got.Digest != hex.EncodeToString(sum[:]) || bytes.Equal(got.JPEG, front) {
					t.Error("the photograph was not encoded again, or its digest is not of the bytes sent")
				}
			}
		})
	}
}

// What would be refused is refused before a photograph is decoded.
func TestRefusedBeforePhotographsAreRead(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		state   kyc.State
		path    string
		parts   []part
		refusal error
		status  int
		code    string
	}{
		{"document without a try", kyc.Document, "/enroll/document", []part{{name: "front", file: []byte("x")}}, kyc.ErrTooManyTries, http.StatusTooManyRequests, "too_many_tries"},
		{"three sides", kyc.Document, "/enroll/document", []part{{name: "front", file: []byte("x")}, {name: "front", file: []byte("y")}}, nil, http.StatusBadRequest, "bad_request"},
		{"selfie without a try", kyc.Selfie, "/enroll/selfie", []part{{name: "photo", file: []byte("x")}}, kyc.ErrTooManyTries, http.StatusTooManyRequests, "too_many_tries"},
		{"file of another name", kyc.Selfie, "/enroll/selfie", []part{{name: "other", file: []byte("x")}}, nil, http.StatusBadRequest, "bad_request"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := &fakeFlow{state: tc.state, data: anna(), refusal: tc.refusal}
			b := newBrowser(t, f)
			b.enter()
			b.header.Set("Accept", "application/json")
			calls := len(f.calls)
			mediaType, body := multipartBody(t, tc.parts...)
			res, text := b.do(http.MethodPost, tc.path, mediaType, body)
			if res.StatusCode != tc.status || !strings.Contains(text, `"code":"`+tc.code+`"`) || len(f.calls) != calls {
				t.Errorf("POST %s = %d %s, calls %v; want %d %s", tc.path, res.StatusCode, text, f.calls[calls:], tc.status, tc.code)
			}
		})
	}
}

// One address cannot hold every place, and gives each back.
func TestBodiesOfOneSource(t *testing.T) {
	t.Parallel()
	u := newLane(func() time.Time { return noon }, make(chan struct{}, 9), photographLimits)
	var ends []func()
	for i := range u.atOnce {
		end, err := u.begin("192.0.2.1")
		if err != nil {
			t.Fatalf("body %d refused: %v", i, err)
		}
		ends = append(ends, end)
	}
	var rate *kyc.RateError
	if _, err := u.begin("192.0.2.1"); !errors.As(err, &rate) {
		t.Errorf("begin of one too many = %v, want a RateError", err)
	}
	end, err := u.begin("192.0.2.2")
	if err != nil {
		t.Fatalf("another address is refused: %v", err)
	}
	for _, end := range append(ends, end) {
		end()
	}
	if len(u.now) != 0 || len(u.bodies) != 0 {
		t.Errorf("%d sources and %d places are kept, want none", len(u.now), len(u.bodies))
	}
}

// A body that drips is cut off, its sender told, and its place free again.
func TestSlowBodyIsCutOff(t *testing.T) {
	t.Parallel()
	s := newServer(t, &fakeFlow{state: kyc.Selfie, data: anna()})
	s.uploads.photographs.within = 50 * time.Millisecond
	b := newBrowserOf(t, s)
	b.enter()
	body, drip := io.Pipe()
	t.Cleanup(func() { drip.Close() })
	go func() {
		_, _ = io.WriteString(drip, "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\nonly the beginning")
	}()
	res, text := b.do(http.MethodPost, "/enroll/selfie", "multipart/form-data; boundary=b", body)
	if res.StatusCode != http.StatusRequestTimeout || !strings.Contains(text, "did not arrive in time") {
		t.Errorf("POST that drips = %d, want %d", res.StatusCode, http.StatusRequestTimeout)
	}
	if len(s.uploads.photographs.bodies) != 0 {
		t.Error("its place is not free")
	}
}

func TestBodyLimits(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &fakeFlow{state: kyc.Selfie, data: anna()})
	b.enter()
	mediaType, body := multipartBody(t, part{name: "photo", file: make([]byte, 17<<20)})
	if res, text := b.do(http.MethodPost, "/enroll/selfie", mediaType, body); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, "15 MB") {
		t.Errorf("POST of 17 MB = %d", res.StatusCode)
	}
}

func TestUploadRate(t *testing.T) {
	t.Parallel()
	now := noon
	u := newLane(func() time.Time { return now }, make(chan struct{}, 1), photographLimits)
	for i := range u.window.N {
		if err := u.allow("192.0.2.1"); err != nil {
			t.Fatalf("upload %d refused: %v", i, err)
		}
	}
	var rate *kyc.RateError
	if err := u.allow("192.0.2.1"); !errors.As(err, &rate) || rate.RetryAfter != u.window.Per {
		t.Errorf("allow = %v, want a RateError of %s", err, u.window.Per)
	}
	if err := u.allow("192.0.2.2"); err != nil {
		t.Errorf("another address is refused: %v", err)
	}
	now = now.Add(u.window.Per + time.Second)
	if err := u.allow("192.0.2.1"); err != nil || len(u.past) != 1 {
		t.Errorf("allow later = %v with %d addresses kept, want none but this", err, len(u.past))
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"192.0.2.7:1234": "192.0.2.7", "[2001:db8:1:2:3:4:5:6]:99": "2001:db8:1:2::/64", "[::ffff:192.0.2.7]:5": "192.0.2.7", "nonsense": "unknown",
	} {
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		c.Request.RemoteAddr = in
		if got := source(c); got != want {
			t.Errorf("source(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestJoinDate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ year, month, day, want string }{
		{"1985", "3", "27", "1985-03-27"},
		{" 1985 ", "03", "07", "1985-03-07"},
		{"", "", "", ""},
		{"85", "3", "27", "0085-03-27"},
		{"1985", "mars", "27", "1985/mars/27"},
		{"1985", "", "27", "1985//27"},
		{"1985", "-3", "27", "1985/-3/27"},
	} {
		if got := joinDate(tc.year, tc.month, tc.day); got != tc.want {
			t.Errorf("joinDate(%q, %q, %q) = %q, want %q", tc.year, tc.month, tc.day, got, tc.want)
		}
	}
}

func TestCountries(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{"en": "Germany", "fr": "Allemagne"} {
		if got := country(locale, "D"); got != want {
			t.Errorf("country(%s, D) = %s, want %s", locale, got, want)
		}
		list := countries(locale)
		if len(list) != 249 {
			t.Errorf("%s: %d countries, want 249", locale, len(list))
		}
		for _, o := range list {
			if len(o.Value) != 3 || o.Label == "" || strings.Contains(o.Label, "Unknown") {
				t.Errorf("%s: country %+v", locale, o)
			}
		}
	}
}

// A stranger's multipart body must not panic or hold more than it brought.
func FuzzReadForm(f *testing.F) {
	mediaType, body := multipartBody(f, part{name: "type", text: "passport"}, part{name: "front", file: []byte("x")})
	f.Add(mediaType, body.Bytes())
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n--b--"))
	f.Add("text/plain", []byte("hello"))
	f.Fuzz(func(t *testing.T, mediaType string, body []byte) {
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
		c.Request.Header.Set("Content-Type", mediaType)
		form, err := readForm(c, parts{files: map[string]int{"front": 1, "frame": 16}})
		if err != nil {
			return
		}
		total := 0
		for _, files := range form.files {
			for _, b := range files {
				total += len(b)
			}
		}
		if total > len(body) {
			t.Errorf("%d bytes out of %d", total, len(body))
		}
	})
}

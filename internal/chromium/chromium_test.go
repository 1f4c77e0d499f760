package chromium

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// page serves one HTML page and what is posted to it.
func page(t *testing.T, body string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		const head = `<!doctype html><title>t</title><meta name=viewport content="width=device-width, initial-scale=1">`
		switch {
		case r.URL.Path == "/favicon.ico":
			w.WriteHeader(http.StatusNoContent)
		case r.Method == http.MethodPost:
			_ = r.ParseMultipartForm(1 << 20)
			fmt.Fprintf(w, head+"<p>Thank you</p><p>name=%s colour=%s born=%s agreed=%s", r.FormValue("name"), r.FormValue("colour"), r.FormValue("born"), r.FormValue("agree"))
			if r.MultipartForm != nil && len(r.MultipartForm.File["photo"]) == 1 {
				fmt.Fprintf(w, " photo=%s/%d", r.MultipartForm.File["photo"][0].Filename, r.MultipartForm.File["photo"][0].Size)
			}
		default:
			fmt.Fprintf(w, head+"<p id=lang>%s</p>%s", r.Header.Get("Accept-Language"), body)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestFormAsAPersonFillsIt(t *testing.T) {
	t.Parallel()
	b := New(t, Options{Lang: "fr", Width: 390, Height: 844})
	url := page(t, `<form method=post enctype=multipart/form-data action=/done>
		<label for=n>Full name</label><input id=n name=name value=old>
		<label>Colour <select name=colour><option value=r>Red</option><option value=g>Green</option></select></label>
		<label for=d>Born on</label><input id=d type=date name=born>
		<label for=p>Photograph</label><input id=p type=file name=photo style="position:absolute;opacity:0;width:1px">
		<div style="height:2000px"></div>
		<label><input type=checkbox name=agree value=yes> I agree to
		  the terms</label>
		<button>Continue</button></form>`)
	b.Open(url)
	if got := b.String("document.getElementById('lang').textContent"); !strings.HasPrefix(got, "fr") {
		t.Errorf("Accept-Language = %q, want fr first", got)
	}
	file := filepath.Join(t.TempDir(), "passport.jpg")
	if err := os.WriteFile(file, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Fill("Full name", "Zoë Müller")
	b.Fill("colour", "Green")
	b.Fill("Born on", "1984-02-29")
	b.Fill("agree to the terms", "true")
	b.Upload("Photograph", file)
	b.Submit("Continue")
	b.WaitURL("/done")
	b.WaitText("thank YOU")
	want := "name=Zoë Müller colour=g born=1984-02-29 agreed=yes photo=passport.jpg/5"
	if got := b.Text(); !strings.Contains(got, want) {
		t.Errorf("posted %q, want %q", got, want)
	}
	shot := filepath.Join(t.TempDir(), "shots", "done.png")
	b.Screenshot(shot)
	raw, err := os.ReadFile(shot)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.DecodeConfig(bytes.NewReader(raw))
	if err != nil || img.Width != 390 {
		t.Errorf("screenshot is %d wide (%v), want 390", img.Width, err)
	}
}

func TestClickWaitsAndPrefersTheExactButton(t *testing.T) {
	t.Parallel()
	b := New(t, Options{})
	b.Open(page(t, `<a href="#wrong">Send</a> <button onclick="say('wrong')">Send again</button><div id=later></div><p id=said></p>
		<script>function say(s) { document.getElementById('said').textContent = 'said ' + s }
		setTimeout(() => { document.getElementById('later').innerHTML = '<button onclick="say(\'right\')">Send</button>' }, 0)
		</script>`))
	b.WaitTrue(`f.clickable("send").tagName === "BUTTON" && f.clickable("send").textContent === "Send"`, "the second button")
	b.Click("send")
	b.WaitText("said right")
	if got := b.WaitAny("said wrong", "said right"); got != "said right" {
		t.Errorf("WaitAny = %q, want said right", got)
	}
}

func TestConsoleErrorsAreCollected(t *testing.T) {
	t.Parallel()
	b := New(t, Options{})
	b.Expect("number 42")
	b.Expect("of null")
	b.Open(page(t, `<script>console.error("number", 42); console.log("fine"); document.querySelector("b").click()</script>`))
	b.WaitTrue("document.readyState === 'complete'", "page")
	if got := b.Console(); len(got) != 2 {
		t.Errorf("console = %q, want the logged error and the exception", got)
	}
	if got := b.console.unexpected(); len(got) != 0 {
		t.Errorf("unexpected = %q, want none", got)
	}
}

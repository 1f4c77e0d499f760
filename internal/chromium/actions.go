package chromium

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed find.js
var find string

// found is what find.js says of an element.
type found struct {
	Tag, Type string
	Checked   bool
}

// target is where it says to press.
type target struct {
	X, Y      float64
	Reachable bool
}

// Open goes to a page and waits until it has loaded.
func (b *Browser) Open(url string) {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, b.timeout)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.Navigate(url)); err != nil {
		b.tb.Fatalf("open %s: %v", url, err)
	}
}

// Fill types a value into the field with that label, or of that name. In a
// list it chooses the option with that value or text; into a date field it
// puts a date as YYYY-MM-DD; a box it ticks for "true" and clears for "false".
func (b *Browser) Fill(field, value string) {
	b.tb.Helper()
	at := b.locate("control", field)
	switch {
	case at.Tag == "SELECT":
		if !b.answer(fmt.Sprintf("f.choose(%s, %s)", marked, quote(value))) {
			b.tb.Fatalf("field %q has no option %q", field, value)
		}
	case at.Type == "checkbox" || at.Type == "radio":
		if at.Checked != (value == "true") {
			b.press(field)
		}
	case at.Type == "date" || at.Type == "time" || at.Type == "month" || at.Type == "color" || at.Type == "range":
		b.answer(fmt.Sprintf("(f.set(%s, %s), true)", marked, quote(value)))
	default:
		b.answer(fmt.Sprintf("(%s.focus(), %s.select(), true)", marked, marked))
		b.run("fill "+field, input.InsertText(value))
		if value == "" {
			b.answer(fmt.Sprintf(`(f.set(%s, ""), true)`, marked))
		}
	}
}

// Click presses the button, link or box with that text, with the mouse.
func (b *Browser) Click(text string) {
	b.tb.Helper()
	b.locate("clickable", text)
	b.press(text)
}

// Submit clicks and waits until another page, or the same one anew, has
// loaded. A click alone leaves the old page there for a moment, in which the
// next step would find the old page's fields.
func (b *Browser) Submit(text string) {
	b.tb.Helper()
	b.locate("clickable", text)
	b.answer(`(document.documentElement.dataset.old = "yes", true)`)
	b.press(text)
	b.WaitTrue(`!document.documentElement.dataset.old && document.readyState === "complete"`, fmt.Sprintf("the page after %q", text))
}

// Upload gives a file to the file field with that label or name. The field
// itself may be hidden behind a nicer one.
func (b *Browser) Upload(field, path string) {
	b.tb.Helper()
	b.locate("control", field)
	absolute, err := filepath.Abs(path)
	if err != nil {
		b.tb.Fatal(err)
	}
	var nodes []*cdp.Node
	b.run("upload "+field, chromedp.Nodes("[data-found]", &nodes, chromedp.ByQuery, chromedp.NodeReady),
		chromedp.ActionFunc(func(ctx context.Context) error {
			return dom.SetFileInputFiles([]string{absolute}).WithNodeID(nodes[0].NodeID).Do(ctx)
		}))
}

// WaitText waits until the page shows the text, spaces and case aside.
func (b *Browser) WaitText(text string) {
	b.tb.Helper()
	b.WaitTrue(fmt.Sprintf("f.squeeze(document.body && document.body.innerText).includes(f.squeeze(%s))", quote(text)), fmt.Sprintf("text %q", text))
}

// WaitAny waits until the page shows one of the texts and returns it.
func (b *Browser) WaitAny(texts ...string) string {
	b.tb.Helper()
	list, _ := json.Marshal(texts)
	b.WaitTrue(fmt.Sprintf("%s.some(t => f.squeeze(document.body && document.body.innerText).includes(f.squeeze(t)))", list), fmt.Sprintf("one of %q", texts))
	shown := squeeze(b.Text())
	for _, t := range texts {
		if strings.Contains(shown, squeeze(t)) {
			return t
		}
	}
	return ""
}

// WaitURL waits until the address contains part and the page has loaded.
func (b *Browser) WaitURL(part string) {
	b.tb.Helper()
	b.WaitTrue(fmt.Sprintf("location.href.includes(%s) && document.readyState === 'complete'", quote(part)), fmt.Sprintf("address with %q", part))
}

// WaitTrue waits until a JavaScript expression is true; what names it in the
// failure.
func (b *Browser) WaitTrue(expression, what string) {
	b.tb.Helper()
	if err := b.poll(expression, nil); err != nil {
		b.tb.Fatalf("waiting for %s at %s: %v; the page says:\n%s", what, b.URL(), err, b.Text())
	}
}

// Text returns what can be read on the page.
func (b *Browser) Text() string { return b.String("document.body ? document.body.innerText : ''") }

// URL returns the page's address.
func (b *Browser) URL() string { return b.String("location.href") }

// Has reports whether the page shows the text now.
func (b *Browser) Has(text string) bool {
	return strings.Contains(squeeze(b.Text()), squeeze(text))
}

// String evaluates a JavaScript expression that gives a string; promises are
// waited for.
func (b *Browser) String(expression string) string {
	b.tb.Helper()
	var s string
	if err := b.evaluate(expression, &s); err != nil {
		b.tb.Errorf("evaluate %s: %v", expression, err)
	}
	return s
}

// Glance evaluates a JavaScript expression that gives a string. It is empty
// while one page gives way to another, where String would fail the test.
func (b *Browser) Glance(expression string) string {
	var s string
	if err := b.evaluate(expression, &s); err != nil {
		return ""
	}
	return s
}

// Screenshot writes a PNG of the whole page, also of what must be scrolled to.
func (b *Browser) Screenshot(file string) {
	b.tb.Helper()
	var png []byte
	b.run("screenshot", chromedp.FullScreenshot(&png, 100))
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		b.tb.Fatal(err)
	}
	if err := os.WriteFile(file, png, 0o600); err != nil {
		b.tb.Fatal(err)
	}
}

// marked is the element that find.js found last.
const marked = `document.querySelector("[data-found]")`

func (b *Browser) locate(kind, what string) found {
	b.tb.Helper()
	var at found
	if err := b.poll(fmt.Sprintf("f.mark(f.%s(%s), %q)", kind, quote(what), kind), &at); err != nil {
		b.tb.Fatalf("no %s %q at %s: %v; the page says:\n%s", kind, what, b.URL(), err, b.Text())
	}
	return at
}

// press clicks what was located, and again if the page moved in the moment
// between aiming and clicking.
func (b *Browser) press(what string) {
	b.tb.Helper()
	for range 5 {
		var at target
		if err := b.poll(fmt.Sprintf("f.aim(%s)", marked), &at); err != nil {
			b.tb.Fatalf("click %q at %s: %v", what, b.URL(), err)
		}
		if !at.Reachable {
			b.tb.Fatalf("click %q at %s: something lies over it; the page says:\n%s", what, b.URL(), b.Text())
		}
		b.run("click "+what, chromedp.MouseClickXY(at.X, at.Y))
		var missed bool
		// An error here is another page coming: the click was heard.
		if err := b.evaluate(fmt.Sprintf("!!%s && %s.dataset.found !== 'pressed'", marked, marked), &missed); err != nil || !missed {
			return
		}
	}
	b.tb.Fatalf("click %q at %s: it does not stay in place", what, b.URL())
}

func (b *Browser) run(what string, actions ...chromedp.Action) {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, b.timeout)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		b.tb.Fatalf("%s: %v", what, err)
	}
}

func (b *Browser) answer(expression string) bool {
	b.tb.Helper()
	var yes bool
	if err := b.evaluate(expression, &yes); err != nil {
		b.tb.Fatalf("evaluate %s: %v", expression, err)
	}
	return yes
}

// poll evaluates until the expression is neither null nor false. Errors count
// as not yet: the page may just be changing.
func (b *Browser) poll(expression string, into any) error {
	ctx, cancel := context.WithTimeout(b.ctx, b.timeout)
	defer cancel()
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for {
		var raw json.RawMessage
		err := b.evaluate(expression, &raw)
		if err == nil && string(raw) != "null" && string(raw) != "false" && len(raw) > 0 {
			if into == nil {
				return nil
			}
			return json.Unmarshal(raw, into)
		}
		select {
		case <-ctx.Done():
			if err == nil {
				err = ctx.Err()
			}
			return err
		case <-tick.C:
		}
	}
}

// evaluate runs a JavaScript expression in which f is find.js.
func (b *Browser) evaluate(expression string, into any) error {
	ctx, cancel := context.WithTimeout(b.ctx, b.timeout)
	defer cancel()
	code := "(async (f) => (" + expression + "))(" + strings.TrimSpace(find) + ")"
	return chromedp.Run(ctx, chromedp.Evaluate(code, into, awaitPromise))
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func squeeze(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

func awaitPromise(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

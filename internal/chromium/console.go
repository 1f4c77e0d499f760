package chromium

import (
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
)

// console collects what the page complains of.
type console struct {
	mu       sync.Mutex
	lines    []string
	expected []string
}

// hear takes an event of the browser; it runs on chromedp's goroutine.
func (c *console) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeAssert {
			c.add(argumentsText(e.Args))
		}
	case *runtime.EventExceptionThrown:
		c.add(e.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError {
			c.add(e.Entry.Text + " " + e.Entry.URL)
		}
	}
}

func argumentsText(args []*runtime.RemoteObject) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = strings.Trim(string(a.Value), `"`)
		if a.Description != "" {
			parts[i] = a.Description
		}
	}
	return strings.Join(parts, " ")
}

func (c *console) add(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, line)
}

// unexpected returns the lines that no expectation covers.
func (c *console) unexpected() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var left []string
	for _, line := range c.lines {
		if !covered(line, c.expected) {
			left = append(left, line)
		}
	}
	return left
}

func covered(line string, expected []string) bool {
	for _, e := range expected {
		if strings.Contains(line, e) {
			return true
		}
	}
	return false
}

// Expect says that errors containing text on the console are part of the test,
// such as "status of 422" for a refused form.
func (b *Browser) Expect(text string) {
	b.console.mu.Lock()
	defer b.console.mu.Unlock()
	b.console.expected = append(b.console.expected, text)
}

// Console returns the errors of the console so far.
func (b *Browser) Console() []string {
	b.console.mu.Lock()
	defer b.console.mu.Unlock()
	return append([]string(nil), b.console.lines...)
}

// Package chromium drives Debian's Chromium for tests, as a person in front of
// it would: by labels, button texts and what can be read on the page.
//
// It is a thin layer over chromedp, and [Browser.Context] gives that to a test
// that needs more. It knows nothing of the product's pages. Every method waits
// for what it needs and fails the test with the page's text when it does not
// come, so tests hold no sleeps. Errors on the browser's console fail the test
// at its end unless the test said with [Browser.Expect] that they would come.
package chromium

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/vouchline/vouchline/internal/testenv"
)

// startTime bounds the start, which takes a second on an idle machine.
const startTime = 90 * time.Second

// Options say how the browser is started.
type Options struct {
	// Film is a .mjpeg or .y4m file that the camera sees; without one the
	// camera shows Chromium's own green test picture.
	Film string
	// NoCamera has the person refuse camera and microphone when a page asks.
	NoCamera bool
	// Lang is what the browser asks for, such as "fr"; English when empty.
	Lang string
	// Width and Height of the window; 1280 by 900 when zero. Below 600 the
	// browser behaves as a phone.
	Width, Height int
	// UserDataDir keeps cookies for another browser after this one.
	UserDataDir string
	// Timeout of every wait; 30 seconds when zero.
	Timeout time.Duration
}

// Browser is one window. It is for one goroutine.
type Browser struct {
	tb      testing.TB
	ctx     context.Context //nolint:containedctx // chromedp keeps its connection in it
	close   func()
	timeout time.Duration
	console *console
}

// New starts a browser, which ends with the test or by Close. Without Chromium
// the test is skipped (or fails: testenv.Need).
func New(tb testing.TB, o Options) *Browser {
	tb.Helper()
	o = o.withDefaults()
	program := testenv.Program(tb, "chromium")
	// The test's own context ends before its cleanups, which still read the page.
	base := context.WithoutCancel(tb.Context())
	allocator, stop := chromedp.NewExecAllocator(base, flags(program, o)...)
	ctx, cancel := chromedp.NewContext(allocator)
	b := &Browser{tb: tb, ctx: ctx, timeout: o.Timeout, console: &console{}}
	b.close = func() {
		_ = chromedp.Cancel(ctx) // closes the window and waits for the process
		cancel()
		stop()
	}
	chromedp.ListenTarget(ctx, b.console.hear)
	tb.Cleanup(b.finish)

	err := chromedp.Run(ctx, emulation.SetDeviceMetricsOverride(int64(o.Width), int64(o.Height), 1, o.Width < 600))
	testenv.Need(tb, "chromium", err)
	return b
}

func (o Options) withDefaults() Options {
	if o.Lang == "" {
		o.Lang = "en"
	}
	if o.Width == 0 || o.Height == 0 {
		o.Width, o.Height = 1280, 900
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	return o
}

// flags: without a GPU, a sandbox (the tests may run as root) and every service
// that would call home; with a camera that needs no permission.
func flags(program string, o Options) []chromedp.ExecAllocatorOption {
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program),
		chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck,
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.WindowSize(o.Width, o.Height),
		chromedp.WSURLReadTimeout(startTime),
		chromedp.Env("LANGUAGE=" + o.Lang),
		chromedp.Flag("headless", "new"),
		chromedp.Flag("lang", o.Lang),
		chromedp.Flag("accept-lang", o.Lang),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter"),
		chromedp.Flag("mute-audio", true),
		chromedp.Flag("use-fake-ui-for-media-stream", cameraAnswer(o)),
		chromedp.Flag("use-fake-device-for-media-stream", true),
		// Calls stay on this machine, with a microphone that beeps.
		chromedp.Flag("allow-loopback-in-peer-connection", true),
	}
	if o.Film != "" {
		opts = append(opts, chromedp.Flag("use-file-for-fake-video-capture", o.Film))
	}
	if o.UserDataDir != "" {
		opts = append(opts, chromedp.UserDataDir(o.UserDataDir))
	}
	return opts
}

// cameraAnswer is what the person answers who is asked for the camera.
func cameraAnswer(o Options) any {
	if o.NoCamera {
		return "deny"
	}
	return true
}

// Context is chromedp's, for what this package has no method for.
func (b *Browser) Context() context.Context { return b.ctx }

// Close ends the browser before the test does, so that another one can take
// over its UserDataDir.
func (b *Browser) Close() {
	if b.close != nil {
		b.close()
		b.close = nil
	}
}

// Artifacts names the variable with the folder in which a failed test leaves a
// picture of its page.
const Artifacts = "VOUCHLINE_TEST_ARTIFACTS"

func (b *Browser) finish() {
	b.tb.Helper()
	for _, line := range b.console.unexpected() {
		b.tb.Errorf("browser console: %s", line)
	}
	if dir := os.Getenv(Artifacts); dir != "" && b.tb.Failed() && b.close != nil {
		b.Screenshot(filepath.Join(dir, filepath.Base(b.tb.Name())+".png"))
	}
	b.Close()
}

package e2e

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/chromium"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/store"
)

// newDesk is a browser without a camera: an agent's, or one that only reads.
func newDesk(t *testing.T, s *service, l look) *walk {
	t.Helper()
	w := &walk{t: t, s: s, words: loadCatalogue(t, l.locale)}
	w.b = chromium.New(t, chromium.Options{Lang: l.locale, Width: l.width, Height: l.height, Timeout: 60 * time.Second})
	return w
}

var printedLink = regexp.MustCompile(`(?m)^Console:\s+(\S+)$`)

// waitLog waits for what the service prints: it comes through a pipe, and so
// perhaps after the first answer.
func (s *service) waitLog(text string) {
	s.t.Helper()
	wait(s.t, 10*time.Second, "the service to print "+text, func() bool { return strings.Contains(s.log.String(), text) })
}

// consoleLink is what the service printed for its administrator, last of all.
func (s *service) consoleLink() string {
	s.t.Helper()
	s.waitLog("Console:")
	links := printedLink.FindAllStringSubmatch(s.log.String(), -1)
	if len(links) == 0 {
		s.t.Fatalf("the service printed no link to the console:\n%s", s.log.tail(20))
	}
	return links[len(links)-1][1]
}

// enterConsole signs in by a one-time link.
func (w *walk) enterConsole(link string) {
	w.t.Helper()
	w.b.Open(link)
	w.b.Submit(w.say("console.enter_button"))
	w.b.WaitText(w.say("console.queue_title"))
}

// openCase goes from the queue to a person's case and waits for every
// photograph of it.
func (w *walk) openCase(a applicant) {
	w.t.Helper()
	w.b.Open(w.s.url + "/console")
	w.b.Submit(a.GivenNames + " " + a.FamilyNames)
	w.b.WaitText(w.say("console.checks"))
	w.b.Click(w.say("console.all_frames"))
	w.b.WaitTrue(`[...document.querySelectorAll("figure img")].every((i) => { i.loading = "eager"; return i.complete && i.naturalWidth > 0; })`, "the photographs")
	w.b.Click(w.say("console.all_frames"))
}

// audit reads the audit log, oldest first.
func (s *service) audit() []kyc.AuditEntry {
	s.t.Helper()
	data := s.settings["DATA_DIR"]
	db, err := store.Open(s.t.Context(), store.Config{
		DSN: filepath.Join(data, "vouchline.db"), Blobs: filepath.Join(data, "blobs"), KeyFile: filepath.Join(data, "operator.key"), Clock: time.Now,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	entries, err := db.AuditLog(s.t.Context(), "", 0)
	if err != nil {
		s.t.Fatal(err)
	}
	slices.Reverse(entries)
	return entries
}

// audited reports whether actor did action; once for each line.
func audited(entries []kyc.AuditEntry, actor, action string) (n int) {
	for _, e := range entries {
		if e.Actor == actor && e.Action == action {
			n++
		}
	}
	return n
}

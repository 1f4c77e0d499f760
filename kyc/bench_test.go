package kyc_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/notify/notifytest"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/pbxtest"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// A bench is a flow and its runner with a real store and ledger, engines, mail
// and PBX that stand in for the outside, and a clock and queue moved by hand.
type bench struct {
	flow    *kyc.Flow
	runner  *kyc.Runner
	engines *engines
	mail    *notifytest.Fake
	pbx     *pbxtest.Fake
	ledger  *flaky
	store   *store.Store
	now     time.Time
	mu      sync.Mutex
	queue   []kyc.Effect
	moments int
	people  int
}

// flaky passes calls on to a real ledger and fails when told to.
type flaky struct {
	*embedded.Log
	before, after error // returned instead of, or in spite of, the real outcome
	issued        int
}

func (f *flaky) Issue(ctx context.Context, i ledger.Issue) (ledger.Location, error) {
	if f.before != nil {
		return ledger.Location{}, f.before
	}
	f.issued++
	loc, err := f.Log.Issue(ctx, i)
	if f.after != nil {
		return ledger.Location{}, f.after
	}
	return loc, err
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), mail: &notifytest.Fake{}, pbx: &pbxtest.Fake{}}
	clock := func() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now }
	dir := t.TempDir()
	s := storetest.New(t, clock)
	s.EnqueueWith(func(_ context.Context, _ *sql.Tx, effects []kyc.Effect) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.queue = append(b.queue, effects...)
		return nil
	})
	log, err := embedded.Open(embedded.Config{Dir: filepath.Join(dir, "ledger"), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	b.ledger, b.store = &flaky{Log: log}, s
	b.engines = &engines{
		people:  map[string]faces.Embedding{"ada": unit(1), "eve": unit(0.05), "portrait": unit(0.6)},
		reading: map[string]ocr.Reading{"ada passport": reading(t, "L898902C3")}, fault: map[string]string{}, pad: 0.97,
	}
	b.flow = &kyc.Flow{
		Enrollments: s, Photos: s, Throttle: s, Accounts: s, Opener: s, Finder: s, Pairings: s, Past: s, Ledger: b.ledger, Auditor: s, Eraser: s, Keyring: s.Keyring(), Clock: clock,
		Faces: b.engines, Words: b.engines,
		Thresholds: kyc.Thresholds{Face: faces.Matcher{{Name: "model", Thresholds: faces.Thresholds{Same: 0.363, Refer: 0.25}}}, BonaFide: 0.5, Duplicate: 0.45},
		Settings:   kyc.Settings{Service: "Vouchline", BaseURL: "http://127.0.0.1:8080", DefaultCountry: "BJ", Numbering: pbx.Numbering{Ranges: []pbx.Range{{Plan: pbx.Plan{First: 2000000, Last: 2000099}}}}, Realm: "vouchline", SIPDomain: "vouchline"},
	}
	b.runner = &kyc.Runner{
		Flow: b.flow, Documents: b.engines, Sender: b.mail, Provisioner: b.pbx, Gallery: s,
		QR: func(string) ([]byte, error) { return []byte("png"), nil }, Logger: slog.New(slog.DiscardHandler),
	}
	return b
}

func (b *bench) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// work runs every effect that waits, each twice: a crash after the work and
// before the queue notes it repeats an effect, and that must change nothing.
func (b *bench) work(t *testing.T) {
	t.Helper()
	b.drain(t, func(e kyc.Effect) error { return b.runner.Run(t.Context(), e) })
}

// drain hands every effect that waits and is due to run, twice, and those that
// they ask for in their turn.
func (b *bench) drain(t *testing.T, run func(kyc.Effect) error) {
	t.Helper()
	for range 100 {
		b.mu.Lock()
		var queue, later []kyc.Effect
		for _, effect := range b.queue {
			if effect.Due().After(b.now) {
				later = append(later, effect)
			} else {
				queue = append(queue, effect)
			}
		}
		b.queue = later
		b.mu.Unlock()
		if len(queue) == 0 {
			return
		}
		for _, effect := range queue {
			for range 2 {
				if err := run(effect); err != nil {
					t.Fatalf("Run(%s) = %v", effect.Kind, err)
				}
			}
		}
	}
	t.Fatal("the effects never end")
}

func anna(n int) kyc.Application {
	return kyc.Application{
		Profile: kyc.Profile{
			GivenNames: "Anna Maria", FamilyNames: "Eriksson", BirthDate: "1974-08-12", BirthPlace: "Zenith", Sex: "F", Nationality: "SWE",
			Phone: fmt.Sprintf("+33 6 12 34 56 %02d", n), Email: fmt.Sprintf("Anna%d@example.org", n), Username: fmt.Sprintf("anna%d", n),
		},
		Locale: "fr", Consents: []string{"identity_proofing", "biometrics"}, Source: "192.0.2.1",
	}
}

func answers() map[string]string { return map[string]string{"profession": "nurse", "line_use": "work"} }

func upload(s string) kyc.Upload { return kyc.Upload{JPEG: []byte(s), Digest: "digest of " + s} }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) state(t *testing.T, id string) kyc.State {
	t.Helper()
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	return e.State()
}

func (b *bench) wantState(t *testing.T, id string, want kyc.State) {
	t.Helper()
	if got := b.state(t, id); got != want {
		t.Fatalf("state = %s, want %s", got, want)
	}
}

var (
	tokenForm = regexp.MustCompile(`/enroll/link/([\w-]+)`)
	codeForm  = regexp.MustCompile(`\b\d{6}\b`)
)

// last returns the newest message to an address.
func (b *bench) last(t *testing.T, address string) string {
	t.Helper()
	sent := b.mail.To(address)
	if len(sent) == 0 {
		t.Fatalf("nothing was sent to %s", address)
	}
	return sent[len(sent)-1].Text
}

// token cuts the link's token out of the last mail to an address.
func (b *bench) token(t *testing.T, address string) string {
	t.Helper()
	found := tokenForm.FindStringSubmatch(b.last(t, address))
	if found == nil {
		t.Fatalf("no link in %q", b.last(t, address))
	}
	return found[1]
}

func (b *bench) code(t *testing.T, phone string) string {
	t.Helper()
	return codeForm.FindString(b.last(t, phone))
}

// to takes a new applicant up to the given state.
func (b *bench) to(t *testing.T, n int, want kyc.State) string {
	t.Helper()
	e, err := b.flow.Begin(t.Context(), anna(n))
	must(t, err)
	id := e.ID
	who := fmt.Sprintf("ada %d ", n)
	steps := []func(){
		func() {
			must(t, b.flow.ConfirmCode(t.Context(), id, b.code(t, fmt.Sprintf("+336123456%02d", n)), "192.0.2.1"))
			_, err := b.flow.OpenLink(t.Context(), b.token(t, fmt.Sprintf("anna%d@example.org", n)))
			must(t, err)
		},
		func() {
			must(t, b.flow.SubmitDocument(t.Context(), id, kyc.DocumentUpload{Type: "passport", Photos: []kyc.Upload{upload("ada passport")}}))
		},
		func() { must(t, b.flow.ConfirmDocument(t.Context(), id, anna(n).Profile)) },
		func() { must(t, b.flow.SubmitSelfie(t.Context(), id, upload(who+"selfie"))) },
		func() { b.film(t, id, "ada").run(t) },
		func() {
			must(t, b.flow.AnswerQuestions(t.Context(), id, answers()))
		},
	}
	for _, step := range steps {
		b.work(t)
		if b.state(t, id) == want {
			return id
		}
		step()
	}
	b.work(t)
	b.wantState(t, id, want)
	return id
}

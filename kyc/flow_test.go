package kyc_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/notify/notifytest"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/otp"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/pbxtest"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// engines stand in for OpenCV and Tesseract: a photograph's bytes say what is
// on it. Everything else in these tests is the real thing.
type engines struct {
	mu      sync.Mutex
	reading map[string]ocr.Reading
	fault   map[string]string // code of the error beside a reading without a zone
	readErr error
	people  map[string]faces.Embedding
	faceErr error
	pad     float64
	hints   *faces.Hints
	// before runs before a face is examined, outside any lock.
	before         func(photo []byte) error
	wordsErr       error
	examined, read int // how often
}

func (x *engines) ReadDocument(_ context.Context, photo []byte) (ocr.Reading, error) {
	if x.readErr != nil {
		return ocr.Reading{}, x.readErr
	}
	r, ok := x.reading[string(photo)]
	if code := x.fault[string(photo)]; code != "" {
		return r, &ocr.Error{Code: code}
	}
	if !ok || r.MRZ == nil {
		return r, &ocr.Error{Code: ocr.CodeMRZNotFound}
	}
	return r, nil
}

func (x *engines) ExamineFace(_ context.Context, photo []byte) (faces.Examination, error) {
	x.mu.Lock()
	x.examined++
	before, err := x.before, x.faceErr
	x.mu.Unlock()
	if before != nil {
		err = errors.Join(err, before(photo))
	}
	if err != nil {
		return faces.Examination{}, err
	}
	if l, ok := seen(photo); ok {
		exam := l.examine(x.people, x.pad)
		exam.Hints = x.hints
		return exam, nil
	}
	who, _, _ := strings.Cut(string(photo), " ")
	e, ok := x.people[who]
	if !ok {
		return faces.Examination{}, nil
	}
	return faces.Examination{
		Faces: []faces.Face{{Box: faces.Box{W: 200, H: 250}, Score: 0.9}}, Template: faces.Template{"model": e}, BonaFide: x.pad,
		Quality: faces.Quality{InterEye: 80, Sharpness: 300, Brightness: 120, Contrast: 50, Eyes: 0.9, Mouth: -1, Occlusion: -1},
	}, nil
}

func (x *engines) ReadWords(_ context.Context, photo []byte) ([]string, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.read++
	l, _ := seen(photo)
	return l.Words, x.wordsErr
}

// unit returns an embedding at an angle to the first axis whose cosine is c.
func unit(c float64) faces.Embedding {
	e := make(faces.Embedding, 128)
	e[0] = float32(c)
	e[1] = float32(sqrt(1 - c*c))
	return e
}

func sqrt(x float64) float64 {
	z := 1.0
	for range 60 {
		z -= (z*z - x) / (2 * z)
	}
	return z
}

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

// reading returns what an engine reads from the passport of ICAO's specimen
// person, issued by a state that there is, with another document number.
func reading(t *testing.T, number string) ocr.Reading {
	t.Helper()
	mrz, err := ocr.ParseMRZ([]string{
		"P<SWEERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36SWE7408122F3204153ZE184226B<<<<<16",
	})
	if err != nil {
		t.Fatal(err)
	}
	if !mrz.Valid {
		t.Fatal("the zone of the test is not valid")
	}
	mrz.Fields.DocumentNumber = number
	return ocr.Reading{MRZ: &mrz, Portrait: &ocr.Rect{W: 100, H: 120}, PortraitJPEG: []byte("portrait of ada"), Outline: outline()}
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
			must(t, b.flow.AnswerQuestions(t.Context(), id, map[string]string{"profession": "nurse", "line_use": "work"}))
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

func TestWholeWay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Issued)
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	if b.ledger.issued != 1 {
		t.Errorf("the ledger was asked %d times, want once", b.ledger.issued)
	}
	if len(b.pbx.Accounts()) != 1 {
		t.Errorf("the PBX has %d accounts, want 1", len(b.pbx.Accounts()))
	}
	proof, err := b.flow.Proof(t.Context(), e.Data.Identity.ID)
	must(t, err)
	if proof.Identity.Status != "active" || proof.Identity.Assurance != kyc.AssurancePolicy {
		t.Errorf("record = %+v, want active with %s", proof.Identity, kyc.AssurancePolicy)
	}
	link, err := b.flow.ShareLink(t.Context(), id, []string{kyc.AttrFamilyNames})
	must(t, err)
	_, salt, _ := strings.Cut(link, "family_names=")
	for typed, want := range map[string]bool{"eriksson": true, "Ériksson": true, "Eriksen": false} {
		got, err := b.flow.Match(t.Context(), e.Data.Identity.ID, kyc.AttrFamilyNames, typed, salt)
		if err != nil || got != want {
			t.Errorf("Match(%q) = %v, %v, want %v", typed, got, err, want)
		}
	}
	b.activateAndSignIn(t, id)
}

func (b *bench) activateAndSignIn(t *testing.T, id string) {
	t.Helper()
	ctx := t.Context()
	a, err := b.flow.PrepareActivation(ctx, id)
	must(t, err)
	again, err := b.flow.PrepareActivation(ctx, id)
	must(t, err)
	if a != again {
		t.Error("a reloaded page made the scanned secret void")
	}
	e, err := b.flow.Enrollment(ctx, id)
	must(t, err)
	secret := e.Data.Account.PendingSecret
	code := func() string {
		c, err := otp.TOTPCode(secret, b.now)
		must(t, err)
		return c
	}
	if err := b.flow.Activate(ctx, id, "password1", code()); !errors.Is(err, kyc.ErrPasswordCommon) {
		t.Errorf("Activate with a common password = %v", err)
	}
	if err := b.flow.Activate(ctx, id, "kofi danse le mardi", "000000"); err == nil {
		t.Error("Activate accepted a wrong code")
	}
	if _, err := b.flow.Secrets(ctx, id); !errors.Is(err, kyc.ErrNotSubscriber) {
		t.Errorf("Secrets before activation = %v", err)
	}
	must(t, b.flow.Activate(ctx, id, "kofi danse le mardi", code()))
	secrets, err := b.flow.Secrets(ctx, id)
	must(t, err)
	backup := secrets.Backup
	account := b.pbx.Accounts()[0]
	if c := account.Devices[0].Credentials[0]; c.Username != secrets.Line.Username() ||
		c.HA1SHA256 != pbx.HA1(pbx.SHA256, c.Username, account.Realm, pbx.Password(secrets.Line.Password)) {
		t.Error("the password shown to the subscriber is not the one on the PBX")
	}
	if again, err := b.flow.Secrets(ctx, id); err != nil || again != secrets {
		t.Errorf("a page that never arrived cost the subscriber their secrets: %v", err)
	}
	must(t, b.flow.Acknowledge(ctx, id))
	if _, err := b.flow.Secrets(ctx, id); !errors.Is(err, kyc.ErrAlreadyShown) {
		t.Errorf("Secrets after they were written down = %v", err)
	}
	signIn := func(login, password, code string) error {
		b.advance(31 * time.Second)
		_, err := b.flow.SignIn(ctx, kyc.Credentials{Login: login, Password: password, Code: code, Source: "192.0.2.9"})
		return err
	}
	if err := signIn("anna1", "kofi danse le mardi", code()); err == nil {
		t.Error("SignIn accepted the code of an earlier step")
	}
	fresh := code()
	if _, err := b.flow.SignIn(ctx, kyc.Credentials{Login: "ANNA1@example.org", Password: "kofi danse le mardi", Code: fresh, Source: "192.0.2.9"}); err != nil {
		t.Errorf("SignIn = %v", err)
	}
	if _, err := b.flow.SignIn(ctx, kyc.Credentials{Login: "anna1", Password: "kofi danse le mardi", Code: fresh, Source: "192.0.2.9"}); !errors.Is(err, kyc.ErrSignInRefused) {
		t.Errorf("SignIn with a used code = %v", err)
	}
	if err := signIn("+33 6 12 34 56 01", "kofi danse le mardi", backup.Reveal()); err != nil {
		t.Errorf("SignIn with the backup code = %v", err)
	}
	for name, err := range map[string]error{
		"used backup code": signIn("anna1", "kofi danse le mardi", backup.Reveal()),
		"wrong password":   signIn("anna1", "kofi danse le lundi", code()),
		"unknown login":    signIn("nobody", "kofi danse le mardi", code()),
	} {
		if !errors.Is(err, kyc.ErrSignInRefused) {
			t.Errorf("SignIn with %s = %v, want the same refusal as ever", name, err)
		}
	}
	if _, err := b.flow.OpenLink(ctx, b.token(t, "anna1@example.org")); !errors.Is(err, kyc.ErrLinkInvalid) {
		t.Errorf("the mailed link opens an activated account: %v", err)
	}
}

func TestWrongCodeTenTimes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Contacts)
	right := b.code(t, "+33612345601")
	wrong := "000000"
	if right == wrong {
		wrong = "000001"
	}
	var err error
	for range 10 {
		err = b.flow.ConfirmCode(t.Context(), id, wrong, "192.0.2.1")
	}
	if !errors.Is(err, otp.ErrSpent) {
		t.Errorf("the tenth wrong code = %v, want ErrSpent", err)
	}
	if err := b.flow.ConfirmCode(t.Context(), id, right, "192.0.2.1"); !errors.Is(err, otp.ErrSpent) {
		t.Errorf("the right code after ten wrong ones = %v, want ErrSpent", err)
	}
	must(t, b.flow.ResendCode(t.Context(), id, "192.0.2.1"))
	b.work(t)
	must(t, b.flow.ConfirmCode(t.Context(), id, b.code(t, "+33612345601"), "192.0.2.1"))
}

// TestCountersOutliveNewCodes: neither a new code nor a new enrollment buys
// new guesses at one phone.
func TestCountersOutliveNewCodes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var err error
	for i := 0; i < 100 && !errors.Is(err, otp.ErrDisabled); i += 10 {
		b.advance(25 * time.Hour)
		a := anna(1)
		e, beginErr := b.flow.Begin(t.Context(), a)
		must(t, beginErr)
		b.work(t)
		for range 10 {
			if err = b.flow.ConfirmCode(t.Context(), e.ID, wrongOf(b.code(t, "+33612345601")), "192.0.2.1"); err == nil {
				t.Fatal("a wrong code was accepted")
			}
		}
	}
	e, err := b.flow.Begin(t.Context(), anna(1))
	must(t, err)
	b.work(t)
	if err := b.flow.ConfirmCode(t.Context(), e.ID, b.code(t, "+33612345601"), "192.0.2.1"); !errors.Is(err, otp.ErrDisabled) {
		t.Errorf("the right code after 100 wrong ones = %v, want ErrDisabled", err)
	}
}

func wrongOf(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestSendingIsLimited(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Contacts)
	must(t, b.flow.ResendCode(t.Context(), id, "192.0.2.1"))
	var rate *kyc.RateError
	if err := b.flow.ResendCode(t.Context(), id, "192.0.2.1"); !errors.As(err, &rate) || rate.RetryAfter <= 0 {
		t.Errorf("the third code in ten seconds = %v, want a RateError", err)
	}
}

func TestAnotherPersonIsNotApproved(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Selfie)
	must(t, b.flow.SubmitSelfie(t.Context(), id, upload("eve selfie")))
	b.work(t)
	b.film(t, id, "ada").run(t)
	b.work(t)
	must(t, b.flow.AnswerQuestions(t.Context(), id, map[string]string{"profession": "nurse", "line_use": "work"}))
	b.work(t)
	b.wantState(t, id, kyc.Rejected)
	if b.ledger.issued != 0 {
		t.Error("something was minted")
	}
}

func TestModelsMissingGoesToAReviewer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.engines.readErr = &ocr.UnavailableError{Files: []string{"mrz.traineddata"}}
	b.engines.faceErr = &faces.UnavailableError{Files: []string{"yunet"}}
	id := b.to(t, 1, kyc.InReview)
	err := b.flow.Rule(t.Context(), id, kyc.Ruling{Agent: kyc.AgentPrefix + "1", Outcome: kyc.Passed, Note: "seen"})
	var fields kyc.FieldErrors
	if !errors.As(err, &fields) {
		t.Fatalf("a ruling without a document number = %v, want FieldErrors", err)
	}
	must(t, b.flow.Rule(t.Context(), id, kyc.Ruling{Agent: kyc.AgentPrefix + "1", Outcome: kyc.Passed, Note: "seen", DocumentNumber: "L898902C3", IssuingState: "SWE"}))
	b.work(t)
	b.wantState(t, id, kyc.Issued)
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	if e.Data.Identity.Assurance != kyc.AssuranceAgent {
		t.Errorf("assurance = %s, want %s", e.Data.Identity.Assurance, kyc.AssuranceAgent)
	}
}

func TestEngineGivenUpGoesToAReviewer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Document)
	b.engines.readErr = errors.New("engine crashed")
	must(t, b.flow.SubmitDocument(t.Context(), id, kyc.DocumentUpload{Type: "passport", Photos: []kyc.Upload{upload("ada passport")}}))
	effect := b.queue[0]
	err := b.runner.Run(t.Context(), effect)
	if err == nil {
		t.Fatal("Run hid the engine's failure")
	}
	must(t, b.runner.Exhausted(t.Context(), effect, err))
	b.wantState(t, id, kyc.Confirmation)
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	if e.Data.Checks[1].Reasons[0] != kyc.ReasonEngineFailed {
		t.Errorf("checks = %+v, want %s", e.Data.Checks, kyc.ReasonEngineFailed)
	}
}

func TestSameDocumentTwiceIsReferred(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.to(t, 1, kyc.Issued)
	second := b.to(t, 2, kyc.InReview)
	must(t, b.flow.Rule(t.Context(), second, kyc.Ruling{Agent: kyc.AgentPrefix + "1", Outcome: kyc.Passed, Note: "a twin?"}))
	b.work(t)
	b.wantState(t, second, kyc.InReview) // the ledger refuses what even an agent approves
	if len(b.pbx.Accounts()) != 1 {
		t.Errorf("the PBX has %d accounts, want 1", len(b.pbx.Accounts()))
	}
}

// TestUnknownCommitIsReadAgain: the ledger took the identity but its answer
// was lost. The job runs again and nothing is minted twice.
func TestUnknownCommitIsReadAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Questions)
	must(t, b.flow.AnswerQuestions(t.Context(), id, map[string]string{"profession": "nurse", "line_use": "work"}))
	effect := b.queue[0]
	b.ledger.after = ledger.ErrUnknown
	if err := b.runner.Run(t.Context(), effect); !errors.Is(err, ledger.ErrUnknown) {
		t.Fatalf("Run = %v, want ErrUnknown so that the job is tried again", err)
	}
	b.wantState(t, id, kyc.Approved)
	b.ledger.after = nil
	b.work(t)
	b.wantState(t, id, kyc.Issued)
}

func TestPBXAwayIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Questions)
	must(t, b.flow.AnswerQuestions(t.Context(), id, map[string]string{"profession": "nurse", "line_use": "work"}))
	must(t, b.runner.Run(t.Context(), b.queue[0]))
	provisioner := b.runner.Provisioner
	b.runner.Provisioner = broken{}
	if err := b.runner.Run(t.Context(), b.queue[1]); err == nil {
		t.Fatal("Run hid the PBX's failure")
	}
	if _, told := b.mail.Last(notify.Kind(kyc.IssuedMessage)); told {
		t.Error("the subscriber was told before the PBX had the account")
	}
	b.runner.Provisioner = provisioner
	b.work(t)
	b.wantState(t, id, kyc.Issued)
}

type broken struct{}

func (broken) Provision(context.Context, pbx.Account) error { return errors.New("no route to host") }

// TestLateResultIsNotRecorded: an engine answers for a photograph that was
// replaced in the meantime.
func TestLateResultIsNotRecorded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Document)
	must(t, b.flow.SubmitDocument(t.Context(), id, kyc.DocumentUpload{Type: "passport", Photos: []kyc.Upload{upload("blur")}}))
	late := b.queue[0]
	b.work(t)
	must(t, b.flow.SubmitDocument(t.Context(), id, kyc.DocumentUpload{Type: "passport", Photos: []kyc.Upload{upload("ada passport")}}))
	must(t, b.runner.Run(t.Context(), late))
	must(t, b.runner.Exhausted(t.Context(), late, errors.New("late")))
	b.wantState(t, id, kyc.Reading)
	b.work(t)
	b.wantState(t, id, kyc.Confirmation)
}

// TestKnownAddressIsToldByMailOnly: the page of a second application with an
// enrolled address looks the same; only the mailbox's owner learns of it.
func TestKnownAddressIsToldByMailOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Issued)
	b.activateAndSignIn(t, id)
	b.advance(time.Minute)
	second := anna(1)
	second.Profile.Username = "someone-else"
	e, err := b.flow.Begin(t.Context(), second)
	must(t, err)
	b.work(t)
	if e.State() != kyc.Contacts {
		t.Errorf("state = %s, want the same as for anyone", e.State())
	}
	last, _ := b.mail.Last(notify.Kind(kyc.KnownMessage))
	if last.To.Value != "anna1@example.org" {
		t.Errorf("the owner was not told: %v", last)
	}
	if strings.Contains(last.Text, "/enroll/link/") || !strings.Contains(last.Text, "/signin") {
		t.Errorf("the mail leads into the stranger's enrollment: %s", last.Text)
	}
}

func TestRequestLinkTellsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.to(t, 1, kyc.Document)
	before := len(b.mail.Messages())
	must(t, b.flow.RequestLink(t.Context(), "nobody@example.org", "192.0.2.2"))
	b.work(t)
	if len(b.mail.Messages()) != before {
		t.Error("a mail went to an unknown address")
	}
	must(t, b.flow.RequestLink(t.Context(), "anna1@example.org", "192.0.2.2"))
	b.work(t)
	e, err := b.flow.OpenLink(t.Context(), b.token(t, "anna1@example.org"))
	if err != nil || e.State() != kyc.Document {
		t.Errorf("OpenLink = %v, %v, want the enrollment at its document", e, err)
	}
}

func TestProviderRefusesForGood(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.mail.Fail = func(notify.Message) error { return notify.Permanent("refused", nil) }
	id := b.to(t, 1, kyc.Contacts)
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	if !e.Data.PhoneCode.SendFailed || !e.Data.EmailLink.SendFailed {
		t.Error("the page would not say that the messages could not be sent")
	}
}

// TestLinkTakesOver: the epoch tells the browser that opened the newest link
// from the one in which somebody else began.
func TestLinkTakesOver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Contacts)
	e, err := b.flow.OpenLink(t.Context(), b.token(t, "anna1@example.org"))
	must(t, err)
	if e.ID != id || e.Data.Epoch != 1 {
		t.Errorf("OpenLink = %s with epoch %d, want %s with 1", e.ID, e.Data.Epoch, id)
	}
	again, err := b.flow.OpenLink(t.Context(), b.token(t, "anna1@example.org"))
	if err != nil || again.Data.Epoch != 2 {
		t.Errorf("OpenLink again = epoch %d, %v, want 2", again.Data.Epoch, err)
	}
}

// TestResumeGoesToTheOwnersEnrollment: a newer enrollment that a stranger
// began with the same address does not hide the owner's.
func TestResumeGoesToTheOwnersEnrollment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	mine := b.to(t, 1, kyc.Document)
	b.advance(time.Minute)
	_, err := b.flow.Begin(t.Context(), anna(1))
	must(t, err)
	b.work(t)
	b.advance(time.Minute)
	must(t, b.flow.RequestLink(t.Context(), "anna1@example.org", "192.0.2.2"))
	b.work(t)
	e, err := b.flow.OpenLink(t.Context(), b.token(t, "anna1@example.org"))
	if err != nil || e.ID != mine {
		t.Errorf("OpenLink leads to %v, %v, want %s", e, err, mine)
	}
}

// TestNotAGuessIsNotCounted: what was not compared must not disable a number.
func TestNotAGuessIsNotCounted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Contacts)
	for i := range 20 {
		if err := b.flow.ConfirmCode(t.Context(), id, "not six digits", fmt.Sprintf("192.0.2.%d", i)); !errors.Is(err, otp.ErrWrong) {
			t.Fatalf("ConfirmCode = %v, want ErrWrong", err)
		}
	}
	failures, err := b.flow.Throttle.Failures(t.Context(), "phone:+33612345601")
	if err != nil || failures != 0 {
		t.Errorf("failures = %d, %v, want none", failures, err)
	}
}

// TestSecondAccountIsReferred: an account with a username that another has
// would shadow it.
func TestSecondAccountIsReferred(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.to(t, 1, kyc.Issued)
	b.activateAndSignIn(t, first)
	b.advance(time.Hour)
	b.engines.reading["ada passport"] = reading(t, "ANOTHER12")
	second := b.to(t, 2, kyc.Questions)
	_, err := b.flow.Enrollments.Update(t.Context(), second, func(e *kyc.Enrollment) error {
		e.Data.Profile.Username = "anna1"
		return nil
	})
	must(t, err)
	must(t, b.flow.AnswerQuestions(t.Context(), second, map[string]string{"profession": "nurse", "line_use": "work"}))
	b.wantState(t, second, kyc.InReview)
}

// TestHundredWrongPasswordsAndUnlock: SP 800-63B-4 disables the authenticator,
// and the operator has a way back.
func TestHundredWrongPasswordsAndUnlock(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Issued)
	b.activateAndSignIn(t, id)
	for range 100 {
		if _, err := b.flow.Throttle.Fail(t.Context(), "password:"+id); err != nil {
			t.Fatal(err)
		}
	}
	signIn := func() error {
		b.advance(31 * time.Second)
		e, err := b.flow.Enrollment(t.Context(), id)
		must(t, err)
		code, err := otp.TOTPCode(e.Data.Account.TOTPSecret, b.now)
		must(t, err)
		_, err = b.flow.SignIn(t.Context(), kyc.Credentials{Login: "anna1", Password: "kofi danse le mardi", Code: code, Source: "192.0.2.77"})
		return err
	}
	if err := signIn(); !errors.Is(err, kyc.ErrSignInRefused) {
		t.Errorf("SignIn after 100 wrong passwords = %v, want it refused", err)
	}
	must(t, b.flow.Unlock(t.Context(), "operator", "anna1"))
	if err := signIn(); err != nil {
		t.Errorf("SignIn after Unlock = %v", err)
	}
}

// TestMessagesAreNotClaimedToBeSent: while a provider is away the page says so.
func TestMessagesAreNotClaimedToBeSent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.mail.Fail = func(notify.Message) error { return notify.Temporary("away", nil) }
	e, err := b.flow.Begin(t.Context(), anna(1))
	must(t, err)
	effect := b.queue[0]
	if err := b.runner.Run(t.Context(), effect); !errors.Is(err, notify.ErrTemporary) {
		t.Fatalf("Run = %v, want the failure so that it is tried again", err)
	}
	e, err = b.flow.Enrollment(t.Context(), e.ID)
	must(t, err)
	if c := e.Data.PhoneCode; !c.SendDelayed || !c.SentAt.IsZero() {
		t.Errorf("contact = delayed %v, sent %v, want delayed and not sent", c.SendDelayed, c.SentAt)
	}
	b.mail.Fail = nil
	b.work(t)
	e, err = b.flow.Enrollment(t.Context(), e.ID)
	must(t, err)
	if c := e.Data.PhoneCode; c.SendDelayed || c.SentAt.IsZero() {
		t.Errorf("contact = delayed %v, sent %v, want sent", c.SendDelayed, c.SentAt)
	}
}

// outline is that of a document with the portrait of reading on it.
func outline() []ocr.Point { return []ocr.Point{{}, {X: 1000}, {X: 1000, Y: 700}, {Y: 700}} }

package e2e

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/store"
)

// forgettable is an invented person whose every value is long enough, and odd
// enough, to be in no file by chance.
func forgettable(name string) applicant {
	a := newApplicant(name)
	a.FamilyNames, a.GivenNames = "Kéravéllion-Düsterwald", "Maëlysande Zénobelle"
	a.BirthDate = time.Date(1987, 3, 14, 0, 0, 0, 0, time.UTC)
	a.PlaceOfBirth, a.birthPlace = "QUIMPERLEZARD", "Quimperlézard"
	a.username = "maelysande." + name
	a.email = a.username + "@vouchline.test"
	return a
}

// An erasure is one person who is enrolled and forgotten, and what must then
// be nowhere.
type erasure struct {
	*walk
	desk    *walk // an administrator at the console
	db      *store.Store
	network string // Fabric's folder
	id      string // of the enrollment
	record  identity
	values  [][]form // what a reader would understand
	secrets [][]form // what would open what he would not
	wrapped []form   // the subject's key as the database has it
	sealed  []form   // a sealed attribute, as the manager's peers have it
}

// A person is enrolled through the pages, minted, lets an organisation read
// two attributes, is read, and is forgotten. Then no database, folder or log
// holds anything of them in any encoding: not the service's, not the PBX's,
// and no file of any peer or orderer.
func TestErasureLeavesNothing(t *testing.T) {
	t.Parallel()
	network := fabricnet.Shared(t)
	for _, tt := range []struct {
		name  string
		dsn   func(t *testing.T) string
		erase func(*erasure)
	}{
		{"SQLite", nil, (*erasure).eraseOneself},
		{"PostgreSQL", func(t *testing.T) string { t.Helper(); return pgtest.Start(t) }, (*erasure).eraseByStaff},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, func(settings map[string]string) {
				settings["LEDGER"] = "fabric"
				settings["FABRIC_PROFILE"] = network.Profile("org1")
				settings["MODELS"] = t.TempDir() // an agent decides, and looks at everything on the way
				if tt.dsn != nil {
					settings["DATABASE"] = tt.dsn(t)
				}
			})
			x := &erasure{
				walk:    newWalk(t, s, forgettable("erase-"+strings.ToLower(tt.name)), desktop),
				network: filepath.Dir(network.Profile("org1")),
			}
			x.enrol()
			x.b.Submit(x.say("once.button"))
			x.b.WaitURL("/account")
			x.record = x.checkIdentity("fabric")
			x.openDatabase()
			x.disclose()
			x.learn()
			x.before()
			tt.erase(x)
			x.forgotten()
			x.after()
		})
	}
}

// enrol goes the whole way; an agent looks at the case and approves it.
func (x *erasure) enrol() {
	x.t.Helper()
	x.untilReview()
	x.desk = newDesk(x.t, x.s, desktop)
	x.desk.b.Expect("status of 4") // refused forms
	x.desk.enterConsole(x.s.consoleLink())
	x.desk.openCase(x.a)
	x.desk.approve(x.a)
	x.issued()
	x.activate()
}

// openDatabase is the operator's look into what the service keeps.
func (x *erasure) openDatabase() {
	x.t.Helper()
	data := x.s.settings["DATA_DIR"]
	dsn := x.s.settings["DATABASE"]
	if dsn == "" {
		dsn = filepath.Join(data, "vouchline.db")
	}
	db, err := store.Open(x.t.Context(), store.Config{
		DSN: dsn, Blobs: filepath.Join(data, "blobs"), KeyFile: filepath.Join(data, "operator.key"), Clock: time.Now,
	})
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { _ = db.Close() })
	x.db = db
}

// apiKey makes a key that reads attributes for an organisation.
func (x *erasure) apiKey(organisation string) string {
	x.t.Helper()
	out, code := x.s.vouchline("admin", "apikey", "create", "--name", organisation, "--scope", "attributes:read", "--organisation", organisation)
	if code != 0 {
		x.t.Fatalf("admin apikey create for %s: exit code %d", organisation, code)
	}
	return strings.TrimSpace(out)
}

// disclose lets one organisation read two attributes and another none.
func (x *erasure) disclose() {
	x.t.Helper()
	private, public := filepath.Join(x.s.dir, "telecom.pem"), filepath.Join(x.s.dir, "telecom.jwk")
	out, code := x.s.vouchline("disclosure", "keygen", "-o", private)
	if err := os.WriteFile(public, []byte(out), 0o600); err != nil || code != 0 {
		x.t.Fatalf("disclosure keygen = exit code %d, %v", code, err)
	}
	if out, code := x.s.vouchline("admin", "organisation", "key", "telecom", public); code != 0 {
		x.t.Fatalf("admin organisation key = %s (exit code %d), want 0", out, code)
	}
	reader, stranger := x.apiKey("telecom"), x.apiKey("manager")
	path := "/v1/identities/" + x.record.ID + "/attributes"
	for _, key := range []string{reader, stranger} {
		if got := x.s.call(x.t, http.MethodGet, path, key, nil, nil); got != http.StatusForbidden {
			x.t.Errorf("GET %s before any consent = %d, want 403", path, got)
		}
	}
	x.b.Open(x.s.url + "/account/consents")
	x.b.Click("Telephone operators")
	x.b.Click(x.say("field.birth_date"))
	x.b.Click(x.say("field.family_names"))
	x.b.Submit(x.say("consents.button"))
	x.b.WaitText(x.say("consent_done.granted"))

	var parcel json.RawMessage
	if got := x.s.call(x.t, http.MethodGet, path, reader, nil, &parcel); got != http.StatusOK {
		x.t.Fatalf("GET %s with consent = %d, want 200", path, got)
	}
	if got := x.s.call(x.t, http.MethodGet, path, stranger, nil, nil); got != http.StatusForbidden {
		x.t.Errorf("GET %s by another organisation = %d, want 403", path, got)
	}
	file := filepath.Join(x.t.TempDir(), "parcel.json")
	if err := os.WriteFile(file, parcel, 0o600); err != nil {
		x.t.Fatal(err)
	}
	out, code = x.s.vouchline("disclosure", "open", file, "--key", private)
	want := "birth_date: 1987-03-14\nfamily_names: " + kyc.NormalizeAttribute(kyc.AttrFamilyNames, x.a.FamilyNames) + "\n"
	if code != 0 || out != want {
		x.t.Errorf("disclosure open = %q (exit code %d), want %q", out, code, want)
	}
	log, err := x.db.AuditLog(x.t.Context(), x.record.ID, 0)
	if err != nil {
		x.t.Fatal(err)
	}
	for action, want := range map[string]int{"read_attributes": 1, "read_attributes_refused": 3} {
		if n := len(slices.DeleteFunc(slices.Clone(log), func(e kyc.AuditEntry) bool { return e.Action != action })); n != want {
			x.t.Errorf("the audit log has %d %s, want %d", n, action, want)
		}
	}
}

// learn notes what must not be found later.
func (x *erasure) learn() {
	x.t.Helper()
	a := x.a
	born := a.BirthDate
	texts := map[string]string{
		"family names": a.FamilyNames, "first family name": "Kéravéllion", "second family name": "Düsterwald",
		"given names": a.GivenNames, "first given name": "Maëlysande", "second given name": "Zénobelle",
		"whole name": a.GivenNames + " " + a.FamilyNames, "zone": a.FamilyNames + "<<" + a.GivenNames,
		"birth date": born.Format(time.DateOnly), "birth date of a form": born.Format("02/01/2006"), "birth date with points": born.Format("02.01.2006"),
		"birth date in English": born.Format("2 January 2006"), "birth date in digits": born.Format("20060102"), "birth date and sex of the zone": "8703145F",
		"birth place": a.birthPlace, "document number": a.DocumentNumber, "e-mail": a.email, "user name": a.username,
		"phone": a.phone, "phone without a plus": strings.TrimPrefix(a.phone, "+"), "national phone": "0" + strings.TrimPrefix(a.phone, "+33"),
		"password": password, "SIP password": x.sipPassword, "TOTP secret": strings.ReplaceAll(x.secret, " ", ""),
		"backup code": strings.NewReplacer(" ", "", "-", "").Replace(x.backup), "answer": "families that I look after",
	}
	for name, text := range texts {
		x.values = append(x.values, formsOf(name, text))
	}
	ids, err := x.db.Find(x.t.Context(), kyc.ByIdentity, x.record.ID)
	if err != nil || len(ids) != 1 {
		x.t.Fatalf("the identity's enrollments are %v, %v, want one", ids, err)
	}
	x.id = ids[0]
	e, err := x.db.Get(x.t.Context(), x.id)
	if err != nil {
		x.t.Fatal(err)
	}
	accounts, err := x.db.AccountsOf(x.t.Context(), x.record.ID)
	if err != nil || len(accounts) != 1 || len(accounts[0].Devices) != 1 {
		x.t.Fatalf("the identity's accounts are %v, %v, want one with one device", accounts, err)
	}
	for _, c := range accounts[0].Devices[0].Credentials {
		x.values = append(x.values, formsOf("HA1", c.HA1MD5), formsOf("HA1 of SHA-256", c.HA1SHA256), formsOf("HA1B", c.HA1B))
	}
	x.secrets = append(x.secrets, formsOfSecret("attributes' key", e.Data.Identity.AttributeKey))
	for name, salt := range e.Data.Identity.Salts {
		x.secrets = append(x.secrets, formsOfSecret("salt of "+name, salt))
	}
	var wrapped []byte
	query := "SELECT wrapped FROM subject_keys WHERE subject_id = '" + x.id + "'"
	if err := x.db.DB().QueryRowContext(x.t.Context(), query).Scan(&wrapped); err != nil {
		x.t.Fatal(err)
	}
	x.wrapped = formsOfSecret("the wrapped key", wrapped[len(wrapped)-48:])
	var sealed map[string]string
	if err := json.Unmarshal(e.Data.Identity.Sealed, &sealed); err != nil {
		x.t.Fatal(err)
	}
	x.sealed = []form{{"the sealed birth date", []byte(sealed[kyc.AttrBirthDate][50:])}}
}

// data is where the service keeps what it knows, its own key apart; database
// the folder of the database's files.
func (x *erasure) data() (database string) {
	x.t.Helper()
	if x.db.Dialect() == "sqlite" {
		return x.s.settings["DATA_DIR"]
	}
	var dir string
	for _, query := range []string{"CHECKPOINT", "SHOW data_directory"} {
		if err := x.db.DB().QueryRowContext(x.t.Context(), query).Scan(&dir); err != nil && query != "CHECKPOINT" {
			x.t.Fatal(err)
		}
	}
	return dir
}

// before shows that the scan sees what is there: the key and the ciphertext,
// and of the values nothing but what a PBX has to know.
func (x *erasure) before() {
	x.t.Helper()
	if newScanner(x.wrapped).scan(x.t, x.data()) == nil {
		x.t.Error("the subject's wrapped key is nowhere in the database before the erasure: the scan is blind")
	}
	holders := newScanner(x.sealed).scan(x.t, x.network)
	if len(holders) == 0 {
		x.t.Error("the sealed birth date is in no peer's file before the erasure: the scan is blind")
	}
	for _, file := range holders {
		rest := strings.TrimPrefix(file, x.network+string(filepath.Separator))
		if !strings.HasPrefix(rest, filepath.Join("data", "m0")) {
			x.t.Errorf("a sealed attribute lies in %s, want it on the manager's peers alone", rest)
		}
	}
	x.nothing("before the erasure", newScanner(slices.Concat(x.values...), slices.Concat(x.secrets...)), x.s.settings["DATA_DIR"], x.data(), x.network)
	if newScanner(slices.Concat(x.values...)).scan(x.t, x.s.settings["PBX_DIR"]) == nil {
		x.t.Error("the PBX has no account before the erasure: the scan is blind")
	}
}

func (x *erasure) nothing(when string, s *scanner, dirs ...string) {
	x.t.Helper()
	dirs = slices.Compact(slices.Sorted(slices.Values(dirs)))
	found := s.scan(x.t, dirs...)
	for _, what := range found[:min(len(found), 20)] {
		x.t.Errorf("%s: %s", when, what)
	}
}

// eraseOneself is the subscriber's own way.
func (x *erasure) eraseOneself() {
	x.t.Helper()
	x.b.Open(x.s.url + "/account/erase")
	x.b.Fill("password", password)
	x.b.Fill("totp", x.backup)
	x.b.Submit(x.say("erase.button"))
	x.b.WaitText(x.say("erased.title"))
}

// eraseByStaff is the administrator's.
func (x *erasure) eraseByStaff() {
	x.t.Helper()
	desk := x.desk
	desk.b.Open(x.s.url + "/console/identities/" + x.record.ID)
	desk.b.Click(x.say("erase.staff"))
	desk.b.Fill("confirm_id", x.record.ID)
	desk.b.Submit(x.say("erase.button"))
	desk.b.WaitTrue("document.readyState === 'complete' && location.search.includes('asked=erase')", "the erasure to begin")
}

// forgotten waits until the service says that nothing is known, and reads what
// it then says to anybody.
func (x *erasure) forgotten() {
	x.t.Helper()
	var got identity
	wait(x.t, 2*time.Minute, "the ledger to say erased, and the store to know nobody", func() bool {
		got = identity{} // what is left out must not stay from an earlier answer
		x.s.call(x.t, http.MethodGet, "/v1/identities/"+x.record.ID, "", nil, &got)
		_, err := x.db.Get(x.t.Context(), x.id)
		return got.Status == "erased" && errors.Is(err, kyc.ErrNotFound)
	})
	if got.ID != x.record.ID || len(got.Attributes) != 0 {
		x.t.Errorf("the erased identity = %+v, want its id and no digests", got)
	}
	if a, err := x.db.AccountsOf(x.t.Context(), x.record.ID); err != nil || len(a) != 1 || !a[0].IsShell() {
		x.t.Errorf("the erased identity's accounts = %v, %v, want a shell", a, err)
	}
	for _, l := range []look{desktop, mobile} { // English and French
		reader := newDesk(x.t, x.s, l)
		reader.b.Open(x.s.url + "/i/" + x.record.ID)
		for _, key := range []string{"proof.was_valid", "status.erased", "proof.status.erased"} {
			reader.b.WaitText(reader.say(key))
		}
		page := reader.b.Text()
		for _, personal := range x.personal() {
			if strings.Contains(strings.ToLower(page), strings.ToLower(personal)) {
				x.t.Errorf("the page of the erased identity in %s shows %q", l.locale, personal)
			}
		}
		reader.b.Close()
	}
}

// after scans everything, while the service runs and once it has ended.
func (x *erasure) after() {
	x.t.Helper()
	everything := newScanner(slices.Concat(x.values...), slices.Concat(x.secrets...))
	if x.db.Dialect() == "postgres" {
		// The hourly sweep, now.
		if err := x.db.Sweep(x.t.Context()); err != nil {
			x.t.Fatal(err)
		}
		x.nothing("after the sweep", newScanner(x.wrapped), filepath.Join(x.data(), "base"))
	} else {
		x.nothing("after the erasure", newScanner(x.wrapped), x.data())
	}
	if left, err := filepath.Glob(filepath.Join(x.s.settings["DATA_DIR"], "blobs", x.id, "*")); err != nil || len(left) > 0 {
		x.t.Errorf("photographs of the erased are left: %v, %v", left, err)
	}
	dirs := []string{x.s.settings["DATA_DIR"], x.data(), x.s.settings["PBX_DIR"], x.network}
	x.nothing("after the erasure", everything, dirs...)
	for _, what := range everything.find([]byte(x.s.log.String())) {
		x.t.Errorf("the service's log: %s", what)
	}
	x.b.Close()
	if code := x.s.stop(); code != 0 {
		x.t.Errorf("exit code after SIGTERM = %d, want 0", code)
	}
	x.nothing("after the service has ended", everything, dirs...)
}

package e2e

import (
	"bytes"
	"crypto/md5" //nolint:gosec // RFC 7616's own
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// identity is what GET /v1/identities/{id} answers.
type identity struct {
	ID         string            `json:"id"`
	Status     string            `json:"status"`
	Version    int               `json:"version"`
	Attributes map[string]string `json:"attributes"`
	Ledger     struct {
		Network string `json:"network"`
		TxID    string `json:"tx_id"`
		Block   uint64 `json:"block"`
	} `json:"ledger"`
}

// account is one of GET /v1/pbx/accounts.
type account struct {
	Extension   string `json:"extension"`
	Realm       string `json:"realm"`
	Credentials []struct {
		Username string            `json:"username"`
		HA1      map[string]string `json:"ha1"`
	} `json:"credentials"`
	IdentityID string `json:"identity_id"`
	Enabled    bool   `json:"enabled"`
}

// call makes an API call and reads its JSON answer.
func (s *service) call(t *testing.T, method, path, key string, body, into any) int {
	t.Helper()
	var send io.Reader = http.NoBody
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		send = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, send)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil && resp.StatusCode < 300 {
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatalf("%s %s: %v\n%s", method, path, err, raw)
		}
	}
	return resp.StatusCode
}

// accounts fetches the SIP accounts as a PBX administrator does.
func (s *service) accounts(t *testing.T) []account {
	t.Helper()
	return s.accountsFor(t, s.pbxKey(t))
}

// pbxKey makes an API key that fetches SIP accounts.
func (s *service) pbxKey(t *testing.T) string {
	t.Helper()
	out, code := s.vouchline("--json", "admin", "apikey", "create", "--name", "e2e", "--scope", "pbx:read")
	var made struct {
		Key string `json:"key"`
	}
	if err := json.Unmarshal([]byte(out), &made); err != nil || code != 0 || made.Key == "" {
		t.Fatalf("admin apikey create = %q (exit code %d, %v), want a key", out, code, err)
	}
	return made.Key
}

func (s *service) accountsFor(t *testing.T, key string) []account {
	t.Helper()
	var list struct {
		Accounts []account `json:"accounts"`
	}
	if got := s.call(t, http.MethodGet, "/v1/pbx/accounts", key, nil, &list); got != http.StatusOK {
		t.Fatalf("GET /v1/pbx/accounts = %d, want 200", got)
	}
	return list.Accounts
}

// checkAccounts: the one account is the walker's, and its digest is of the
// password that the page showed.
func (w *walk) checkAccounts(identityID string) {
	w.t.Helper()
	if got := w.s.call(w.t, http.MethodGet, "/v1/pbx/accounts", "", nil, nil); got != http.StatusUnauthorized {
		w.t.Errorf("GET /v1/pbx/accounts without a key = %d, want 401", got)
	}
	list := w.s.accounts(w.t)
	if len(list) != 1 {
		w.t.Fatalf("%d SIP accounts, want 1", len(list))
	}
	a := list[0]
	if a.Extension != w.extension || a.IdentityID != identityID || !a.Enabled {
		w.t.Errorf("account %s of %s (enabled %t), want %s of %s", a.Extension, a.IdentityID, a.Enabled, w.extension, identityID)
	}
	if len(a.Credentials) != 1 || a.Credentials[0].Username != w.sipUser {
		w.t.Fatalf("credentials = %+v, want one of %s", a.Credentials, w.sipUser)
	}
	sum := md5.Sum([]byte(w.sipUser + ":" + a.Realm + ":" + w.sipPassword)) //nolint:gosec // RFC 7616's own
	if got, want := a.Credentials[0].HA1["md5"], hex.EncodeToString(sum[:]); got != want {
		w.t.Errorf("HA1 = %s, want that of the password shown", got)
	}
}

// checkPBXFolder: Asterisk's file has the account, and no password.
func (w *walk) checkPBXFolder() {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.s.settings["PBX_DIR"], "*.conf"))
	if err != nil || len(files) == 0 {
		w.t.Fatalf("no .conf in %s (%v)", w.s.settings["PBX_DIR"], err)
	}
	var all []byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, b...)
	}
	if !bytes.Contains(all, []byte("["+w.extension+"]")) {
		w.t.Errorf("%v have no section [%s]:\n%s", files, w.extension, all)
	}
	if bytes.Contains(all, []byte(w.sipPassword)) {
		w.t.Errorf("%v hold the SIP password, want its digest only", files)
	}
}

// checkIdentity reads the record as any third party does and looks at the page
// behind the mailed QR code.
func (w *walk) checkIdentity(network string) identity {
	w.t.Helper()
	address, err := url.Parse(w.proofURL)
	if err != nil {
		w.t.Fatal(err)
	}
	var got identity
	if code := w.s.call(w.t, http.MethodGet, "/v1/identities/"+filepath.Base(address.Path), "", nil, &got); code != http.StatusOK {
		w.t.Fatalf("GET /v1/identities/%s = %d, want 200", filepath.Base(address.Path), code)
	}
	if got.Status != "active" || got.Ledger.Network != network || got.Ledger.TxID == "" || len(got.Attributes) < 5 {
		w.t.Errorf("identity = %+v, want active on %s with its transaction and digests", got, network)
	}
	for name, digest := range got.Attributes {
		for _, personal := range w.personal() {
			if strings.Contains(strings.ToLower(digest), strings.ToLower(personal)) {
				w.t.Errorf("attribute %s holds %q, want a digest", name, digest)
			}
		}
	}
	w.b.Open(w.proofURL)
	w.b.WaitText(got.Ledger.TxID)
	w.shoot("proof")
	return got
}

// checkShareLink makes a link for the family name and lets a visitor try a
// right and a wrong one.
func (w *walk) checkShareLink(id string) {
	w.t.Helper()
	w.b.Open(w.s.url + "/account")
	w.b.Click(w.say("field.family_names"))
	w.b.Submit(w.say("share.button"))
	w.b.WaitText(w.say("share.made"))
	shared := w.b.String(`document.querySelector("#shared code").textContent`)
	w.b.Open(shared)
	for _, tt := range []struct{ value, want string }{
		{strings.ToUpper(w.a.FamilyNames), "match.yes"},
		{"Dupont", "match.no"},
	} {
		w.b.Fill("value", tt.value)
		w.b.Submit(w.say("match.button"))
		w.b.WaitText(w.say(tt.want))
	}
	w.shoot("match")
	address, err := url.Parse(shared)
	if err != nil {
		w.t.Fatal(err)
	}
	var answer struct {
		Match bool `json:"match"`
	}
	question := map[string]string{"attribute": "family_names", "value": w.a.FamilyNames, "salt": address.Query().Get("family_names")}
	if code := w.s.call(w.t, http.MethodPost, "/v1/identities/"+id+"/match", "", question, &answer); code != http.StatusOK || !answer.Match {
		w.t.Errorf("POST match = %d %t, want 200 true", code, answer.Match)
	}
}

// checkAccount: the subscriber's page after the account was set up.
func (w *walk) checkAccount() {
	w.t.Helper()
	if len(strings.NewReplacer(" ", "", "-", "").Replace(w.backup)) != 16 {
		w.t.Errorf("backup code %q, want 16 characters", w.backup)
	}
	w.b.Submit(w.say("once.button"))
	w.b.WaitURL("/account")
	w.b.WaitText(w.extension)
	w.shoot("account")
	if w.b.Has(w.sipPassword) {
		w.t.Error("the account page shows the SIP password again, want it shown once")
	}
}

// checkSignIn signs in with password and backup code, which works once.
func (w *walk) checkSignIn() {
	w.t.Helper()
	w.b.Expect("status of 4") // the refused second time
	for i, want := range []string{"account.backup_used", "error.sign_in_refused"} {
		w.b.Open(w.s.url + "/account")
		w.b.Submit(w.say("layout.signout"))
		w.b.Open(w.s.url + "/signin")
		if i == 0 {
			w.shoot("signin")
		}
		w.b.Fill("login", w.a.email)
		w.b.Fill("password", password)
		w.b.Fill("totp", w.backup)
		w.b.Submit(w.say("signin.button"))
		w.b.WaitText(w.say(want))
	}
}

// checkLedger verifies the embedded log from its first entry and counts.
func (w *walk) checkLedger(identities int) {
	w.t.Helper()
	out, code := w.s.vouchline("--json", "ledger", "verify")
	var report struct{ Identities int }
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 || report.Identities != identities {
		w.t.Errorf("ledger verify = %s (exit code %d), want %d identities", out, code, identities)
	}
}

// checkOtherOrganisation reads the record from org2's own peer, by a command
// that is given org2's profile alone, and compares the two organisations.
func (w *walk) checkOtherOrganisation(want identity, profile string) {
	w.t.Helper()
	out, code := w.s.vouchline("ledger", "show", "--ledger", "fabric", "--fabric-profile", profile, want.ID)
	if code != 0 || !strings.Contains(out, want.ID) || !strings.Contains(out, want.Ledger.TxID) {
		w.t.Errorf("ledger show as org2 = %s (exit code %d), want %s in transaction %s", out, code, want.ID, want.Ledger.TxID)
	}
	for _, personal := range w.personal() {
		if strings.Contains(strings.ToLower(out), strings.ToLower(personal)) {
			w.t.Errorf("org2's peer holds %q, want digests only", personal)
		}
	}
	if out, code := w.s.vouchline("ledger", "verify", want.ID); code != 0 {
		w.t.Errorf("ledger verify = %s (exit code %d), want 0", out, code)
	}
}

// personal is what must appear in no log and on no ledger.
func (w *walk) personal() []string {
	return []string{
		w.a.FamilyNames, w.a.GivenNames, w.a.email, w.a.phone, strings.TrimPrefix(w.a.phone, "+"), w.a.DocumentNumber, w.a.username + "@",
		w.a.BirthDate.Format(time.DateOnly), w.a.BirthDate.Format("060102"), "LEFEVRE",
	}
}

// checkLog: nothing personal and no secret in what the service wrote, at debug
// level too.
func (w *walk) checkLog() {
	w.t.Helper()
	log := strings.ToLower(w.s.log.String())
	if !strings.Contains(log, `"level"`) {
		w.t.Errorf("the log is not JSON:\n%s", w.s.log.tail(5))
	}
	secrets := append(w.personal(), w.sipPassword, w.backup, w.secret, password, mailPassword, smppPassword)
	for _, code := range w.s.sms.to(w.a.phone) {
		secrets = append(secrets, sixFigures.FindString(code))
	}
	for _, secret := range secrets {
		for _, line := range strings.Split(log, "\n") {
			if secret != "" && strings.Contains(line, strings.ToLower(secret)) {
				w.t.Errorf("the log holds %q: %s", secret, line)
				break
			}
		}
	}
}

package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/siptest"
)

const (
	lineRealm = "pbx.vouchline.test"
	// lineWithin is how soon a PBX must follow; five seconds are promised, and
	// the tests of the adapters measure them on a machine that does nothing else.
	lineWithin = 30 * time.Second
)

// What an administrator does with a line is what phones meet on a real
// Asterisk, and what programs are told.
func TestLifeOfALine(t *testing.T) {
	t.Parallel()
	pbx := asterisktest.Start(t, lineRealm)
	s := start(t, onAsterisk(pbx))
	l := newLife(t, s, newApplicant("line"), desktop, desktop)
	l.lines(pbx)
	log := s.audit()
	for _, want := range []string{"find_lines", "view_line", "suspend_line", "resume_line", "rotate_line"} {
		if audited(log, administrator, want) == 0 {
			t.Errorf("the audit log has no %s of %s", want, administrator)
		}
	}
	if audited(log, "pbx", "sip_refused") == 0 {
		t.Error("the audit log has no refused attempt")
	}
}

// onAsterisk has the service set its lines on a running Asterisk.
func onAsterisk(pbx *asterisktest.Server) func(map[string]string) {
	return func(settings map[string]string) {
		withoutModels(settings)
		settings["PBX_DIR"], settings["PBX_REALM"], settings["SIP_SERVER"] = pbx.Accounts, lineRealm, pbx.Address
		settings["PBX_AMI"], settings["PBX_AMI_USER"], settings["PBX_AMI_SECRET"] = pbx.Manager, pbx.ManagerUser, pbx.ManagerSecret
		settings["PBX_OVERLAP"] = "2s"
	}
}

// lines has an administrator find the line, suspend, resume and rotate it.
func (l *life) lines(pbx *asterisktest.Server) {
	l.t.Helper()
	phone := siptest.Phone{Number: l.extension, User: l.sipUser, Password: l.sipPassword, Realm: lineRealm, Expires: 120, UserAgent: "Desk phone 7"}
	registers := func() bool { return pbx.Register(l.t, phone).Status == http.StatusOK }
	wait(l.t, lineWithin, "the phone to register", registers)
	guess := phone
	guess.Password = "0000000000000000"
	if got := pbx.Register(l.t, guess); got.Status != http.StatusUnauthorized {
		l.t.Errorf("REGISTER with another password = %d, want 401", got.Status)
	}
	l.find()
	d := l.desk
	d.b.WaitText("Desk phone 7")
	wait(l.t, lineWithin, "the refused attempt to be shown", func() bool {
		d.b.Open(l.s.url + "/console/lines/" + l.extension)
		return !d.b.Has(d.say("line.no_refused"))
	})
	d.show("line")
	tag := l.follow("", http.StatusOK)
	l.follow(tag, http.StatusNotModified)
	l.looksUp(true)

	l.move("suspend")
	wait(l.t, lineWithin, "the phone to be refused", func() bool { return !registers() })
	d.b.Open(l.s.url + "/console/lines/" + l.extension)
	d.b.WaitText(d.say("line.no_contacts"))
	tag = l.follow(tag, http.StatusOK)
	l.looksUp(false)

	l.move("resume")
	wait(l.t, lineWithin, "the phone to register again", registers)
	l.follow(tag, http.StatusOK)

	l.move("rotate")
	wait(l.t, lineWithin, "the old password to end", func() bool { return !registers() })
	d.b.Open(l.s.url + "/console/lines/" + l.extension)
	d.b.WaitText(d.say("line.ended"))
	d.b.WaitText(d.say("line_status_text.silent"))
	d.show("line-rotated")

	d.b.Click(d.say("line_move.release"))
	d.b.Submit(d.say("line_move_button.release"))
	d.b.WaitText(d.say("error.confirm_number.differs"))
	d.show("line-release")
}

// find goes to the line by its holder's name, in another order and by keys
// alone, and looks at what can be exported.
func (l *life) find() {
	l.t.Helper()
	d := l.desk
	d.b.Open(l.s.url + "/console/lines")
	if focus := d.b.String(`document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true })), document.activeElement.id`); focus != "sought" {
		l.t.Errorf("the key / goes to %q, want the search", focus)
	}
	d.b.Fill("sought", strings.ToUpper(l.a.FamilyNames)+" "+strings.Fields(l.a.GivenNames)[0])
	d.b.Submit(d.say("lines.button"))
	d.b.WaitText(l.extension)
	d.show("lines")
	row := d.b.String(`document.getElementById("sought").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true })), document.activeElement.textContent`)
	if row != l.extension {
		l.t.Errorf("the arrow goes to %q, want the line", row)
	}
	d.b.Submit(d.say("lines.export"))
	d.b.Submit(d.say("lines_export.button"))
	d.b.WaitText(d.say("error.export_understood.required"))
	d.show("lines-export")
	d.b.Open(l.s.url + "/console/identities/" + l.id)
	d.b.Submit(l.extension)
	d.b.WaitText(d.say("line.contacts"))
}

// move has the administrator confirm a change of the line.
func (l *life) move(name string) {
	l.t.Helper()
	d := l.desk
	d.b.Click(d.say("line_move." + name))
	d.show("line-" + name)
	d.b.Submit(d.say("line_move_button." + name))
	d.b.WaitText(d.say("line_done." + name))
}

// follow fetches the accounts as a program does that has what the tag is of.
func (l *life) follow(tag string, want int) string {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodGet, l.s.url+"/v1/pbx/accounts", http.NoBody)
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+l.pbx)
	req.Header.Set("If-None-Match", tag)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != want {
		l.t.Errorf("GET /v1/pbx/accounts with %s = %d, want %d", tag, resp.StatusCode, want)
	}
	if want == http.StatusOK {
		var list struct {
			Accounts []account `json:"accounts"`
		}
		if err := json.NewDecoder(resp.Body).Decode(&list); err != nil || len(list.Accounts) != 1 {
			l.t.Errorf("%d accounts, %v, want one", len(list.Accounts), err)
		}
	}
	return resp.Header.Get("ETag")
}

// looksUp asks as FreeSWITCH does when the phone registers.
func (l *life) looksUp(want bool) {
	l.t.Helper()
	form := url.Values{
		"section": {"directory"}, "tag_name": {"domain"}, "key_name": {"name"}, "key_value": {lineRealm}, "action": {"sip_auth"},
		"key": {"id"}, "user": {l.sipUser}, "domain": {lineRealm}, "sip_auth_username": {l.sipUser}, "sip_auth_realm": {lineRealm},
	}
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.s.url+"/v1/pbx/freeswitch/directory", strings.NewReader(form.Encode()))
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("freeswitch", l.pbx)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || strings.Contains(string(answer), "a1-hash") != want {
		l.t.Errorf("the lookup of %s = %d, %v, want one that finds it: %t\n%s", l.sipUser, resp.StatusCode, err, want, answer)
	}
}

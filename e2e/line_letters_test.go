package e2e

import (
	"regexp"
	"strings"
	"testing"
)

// What becomes of a line reaches its subscriber through a real mail server, in
// their language: the number that is given, the phone that is added, and what
// staff do with the line and with the identity behind it.
func TestLettersOfALine(t *testing.T) {
	t.Parallel()
	s := start(t, withoutModels)
	l := newLife(t, s, newApplicant("letters"), mobile, desktop)
	l.b.Submit(l.say("once.button"))
	l.b.WaitURL("/account")

	secret := l.addPhone("Cuisine")
	added := l.letter("phone_added", "Numéro\u00a0: "+l.extension, "Téléphone\u00a0: Cuisine")
	if strings.Contains(added.Text+string(added.Parts["text/html"]), secret) {
		t.Error("the letter holds the phone's password")
	}
	l.b.Open(added.link(t, "/account/phone"))
	l.b.WaitText("Cuisine")

	d := l.desk
	d.b.Open(s.url + "/console/lines/" + l.extension)
	l.move("suspend")
	l.letter("line_suspended", l.extension)
	l.move("resume")
	l.letter("line_resumed", l.extension)
	d.b.Click(d.say("line.add"))
	d.b.Submit(d.say("line.add_button"))
	d.b.WaitText(d.say("line_done.add"))
	l.letter("line_added", "Numéro\u00a0: ")

	d.b.Open(s.url + "/console/identities/" + l.id)
	for _, name := range []string{"suspend", "resume"} {
		d.b.Click(d.say("move." + name))
		d.b.Submit(d.say("move_button." + name))
		l.waitDone(name)
		l.letter("identity_"+name+map[string]string{"suspend": "ed", "resume": "d"}[name], l.extension)
	}
	seen := map[string]int{}
	for _, m := range s.mail.to(t, l.a.email) {
		if seen[m.Subject]++; seen[m.Subject] > 1 {
			t.Errorf("%q came twice", m.Subject)
		}
	}
}

// addPhone sets a phone up by hand and returns its password.
func (l *life) addPhone(name string) (password string) {
	l.t.Helper()
	l.b.Open(l.s.url + "/account/phone/add")
	l.b.Fill("device_name", name)
	l.b.Submit(l.say("form.continue"))
	l.b.WaitText(l.say("scan.title"))
	l.b.Click(l.say("scan.cannot"))
	l.b.Submit(l.say("scan.type"))
	l.b.WaitText(l.say("settings.title"))
	return l.b.String(`document.getElementById("setting-password").textContent`)
}

// frenchMoment is a moment as French letters have it, with its zone.
var frenchMoment = regexp.MustCompile(`Date\x{a0}: \S+ \S+ \d{4} à \d{1,2}\x{a0}h\x{a0}\d\d \(UTC([+-]\d+(:\d\d)?)?\)`)

// letter waits for a letter of a kind and looks at what it says, as text and as
// the page that mail programs show.
func (l *life) letter(kind string, want ...string) email {
	l.t.Helper()
	m := l.s.mail.wait(l.t, l.a.email, l.say("mail."+kind+".subject"))
	page := string(m.Parts["text/html"])
	for _, text := range append(want, l.say("mail."+kind+".text"), l.say("mail."+kind+".next")) {
		if !strings.Contains(m.Text, text) {
			l.t.Errorf("%s does not say %q:\n%s", kind, text, m.Text)
		}
	}
	if !frenchMoment.MatchString(m.Text) {
		l.t.Errorf("%s does not say when:\n%s", kind, m.Text)
	}
	for _, text := range []string{`<html lang="fr">`, l.say("mail." + kind + ".button"), l.s.url + "/account"} {
		if !strings.Contains(page, text) {
			l.t.Errorf("the page of %s has no %q", kind, text)
		}
	}
	return m
}

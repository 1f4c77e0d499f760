package e2e

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/kyc"
)

// A phone with a wrong password, and a stranger's with a number that nobody has,
// are refused by the PBX: the service counts them by what they are, its audit log
// says so once, and the line's page shows it. What was tried is nowhere.
func TestRefusedPhone(t *testing.T) {
	first := 700
	for name, pbx := range served {
		first++
		t.Run(name, func(t *testing.T) { newRefusedPhone(t, pbx, first).tries() })
	}
}

// A refusedPhone is a line that somebody else tries.
type refusedPhone struct {
	*lineLife

	metrics string // where the service shows them
}

func newRefusedPhone(t *testing.T, pbx func(*testing.T, string) (string, map[string]string), k int) *refusedPhone {
	t.Helper()
	dsn := pgtest.Start(t)
	r := &refusedPhone{lineLife: &lineLife{k: k}, metrics: siptest.FreeAddress(t)}
	r.service = start(t, func(settings map[string]string) {
		withoutModels(settings)
		settings["DATABASE"], settings["PBX_REALM"], settings["METRICS"] = dsn, lineDomain, r.metrics
		migrate(t, settings)
		var more map[string]string
		r.server, more = pbx(t, dsn)
		for name, value := range more {
			settings[name] = value
		}
	})
	r.office = newOffice(t, r.service)
	return r
}

func (r *refusedPhone) tries() {
	r.t.Helper()
	r.refer(r.k)
	r.approve(r.k)
	r.registers(time.Now())
	ua := siptest.NewUA(r.t, r.server, r.phone)
	wait(r.t, 30*time.Second, "the service to hear of attempts", func() bool {
		return ua.Register(r.t).Status == http.StatusOK && r.counted()["accepted"] > 0
	})
	before := r.counted()
	wrong, stranger := r.phone, r.phone
	wrong.Password = "of-somebody-else"
	stranger.Number, stranger.User, stranger.Password = "9999999", "mallory", "of-a-stranger"
	const guesses = 3
	for range guesses {
		r.refuses(wrong)
	}
	now, tries := before, 0
	wait(r.t, 30*time.Second, "the attempts to be counted", func() bool {
		// Asterisk tells of a stranger who comes several times within seconds.
		r.refuses(stranger)
		tries++
		now = r.counted()
		return now["refused"] >= before["refused"]+guesses && now["unknown"] > before["unknown"]
	})
	// It may tell of one attempt before the challenge and after it.
	if refused, unknown := now["refused"]-before["refused"], now["unknown"]-before["unknown"]; refused != guesses || unknown > 2*tries {
		r.t.Errorf("counted %d refused and %d unknown, want %d, and %d at most", refused, unknown, guesses, 2*tries)
	}
	r.recorded()
	r.shown()
	r.kept(wrong.Password, stranger.Password, stranger.User, stranger.Number)
}

func (r *refusedPhone) refuses(p siptest.Phone) {
	r.t.Helper()
	if got := siptest.Register(r.t, r.server, p); got.Status != http.StatusUnauthorized {
		r.t.Errorf("REGISTER of %s = %d, want 401", p.Number, got.Status)
	}
}

var sipAuth = regexp.MustCompile(`(?m)^vouchline_sip_auth_total\{result="(\w+)"\} (\d+)$`)

// counted reads how many attempts the service has heard of, by result.
func (r *refusedPhone) counted() map[string]int {
	r.t.Helper()
	counts := map[string]int{}
	for _, m := range sipAuth.FindAllStringSubmatch(r.scrape(), -1) {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			r.t.Fatal(err)
		}
		counts[m[1]] = n
	}
	if len(counts) != 3 {
		r.t.Fatalf("vouchline_sip_auth_total has the results %v, want accepted, refused and unknown", counts)
	}
	return counts
}

func (r *refusedPhone) scrape() string {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, "http://"+r.metrics+"/metrics", http.NoBody)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(body)
}

// recorded wants one entry of the line, with the address, and one of all numbers
// that nobody has.
func (r *refusedPhone) recorded() {
	r.t.Helper()
	line, err := r.db.Account(r.t.Context(), r.phone.Number)
	if err != nil {
		r.t.Fatal(err)
	}
	want := map[string]int{
		kyc.LineSubject(line) + ": from 127.0.0.1": 1, "lines: a number that nobody has": 1,
	}
	wait(r.t, 10*time.Second, "the audit log to have both", func() bool {
		entries, err := r.db.AuditLog(r.t.Context(), "", 0)
		if err != nil {
			r.t.Fatal(err)
		}
		got := map[string]int{}
		for _, e := range entries {
			if e.Actor == "pbx" && e.Action == "sip_refused" && !strings.Contains(e.Detail, "more in a minute") {
				got[e.Subject+": "+e.Detail]++
			}
		}
		return fmt.Sprint(got) == fmt.Sprint(want)
	})
}

// shown looks at the line's page in the console.
func (r *refusedPhone) shown() {
	r.t.Helper()
	d := newDesk(r.t, r.service, desktop)
	d.enterConsole(r.service.consoleLink())
	d.b.Open(r.service.url + "/console/lines/" + r.phone.Number)
	d.b.WaitText(d.say("line.refused"))
	if d.b.Has(d.say("line.no_refused")) {
		r.t.Error("the line's page says that nobody was refused")
	}
}

// kept wants none of the passwords and names that were tried, and nothing of the
// line's holder, in the service's log and measurements.
func (r *refusedPhone) kept(tried ...string) {
	r.t.Helper()
	profile := r.enrollment(r.k).Data.Profile
	secret := slices.Concat(tried, []string{r.phone.Password, profile.FamilyNames, profile.GivenNames, profile.Phone, profile.Email})
	for what, text := range map[string]string{"log": r.service.log.String(), "metrics": r.scrape()} {
		for _, s := range secret {
			if strings.Contains(text, s) {
				r.t.Errorf("the service's %s has %q", what, s)
			}
		}
	}
	if strings.Contains(r.scrape(), r.phone.Number) {
		r.t.Error("the metrics have the number of a line")
	}
}

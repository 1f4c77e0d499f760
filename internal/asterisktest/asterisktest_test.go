package asterisktest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/siptest"
)

const realm = "pbx.example.org"

// line writes a line with a plain password, so that nothing of the product
// takes part.
func line(t *testing.T, s *asterisktest.Server, number string) siptest.Phone {
	t.Helper()
	content := fmt.Sprintf("[%[1]s](ep-base)\nauth = %[1]s\naors = %[1]s\n[%[1]s](auth-base)\nusername = user-%[1]s\npassword = password\n"+
		"supported_algorithms_uas = SHA-512-256,SHA-256,MD5\nsupported_algorithms_uac = MD5\n[%[1]s](aor-base)\n", number)
	if err := os.WriteFile(filepath.Join(s.Accounts, "line-"+number+".conf"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	s.CLI(t, "module reload res_pjsip.so")
	return siptest.Phone{Number: number, User: "user-" + number, Password: "password", Realm: realm, Expires: 60}
}

// The tests' own phones and sipp do what a real PBX asks of them: what they
// are refused in other tests is then the PBX's decision, not their mistake.
func TestPhonesAndServer(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, realm)
	alice, bob := line(t, s, "2001"), line(t, s, "2002")
	a, b := siptest.NewUA(t, s.Address, alice), siptest.NewUA(t, s.Address, bob)
	for _, ua := range []*siptest.UA{a, b, b} {
		if got := ua.Register(t); got.Status != 200 {
			t.Fatalf("REGISTER = %+v, want 200", got)
		}
	}
	for _, alg := range []string{"SHA-256", "SHA-512-256"} {
		other := bob
		other.Algorithm = alg
		if got := s.Register(t, other); got.Status != 200 || len(got.Offered) != 3 {
			t.Errorf("REGISTER by %s = %+v, want 200 after three challenges", alg, got)
		}
	}
	wrong := alice
	wrong.Password = "guess"
	if got := s.Register(t, wrong); got.Status != 401 {
		t.Errorf("REGISTER with a wrong password = %+v, want 401", got)
	}
	if first, second := s.SIPp().Register(t, alice, true); first != "401" || second != "200" {
		t.Errorf("sipp was answered %s, %s, want 401, 200", first, second)
	}
	t.Run("call", func(t *testing.T) { call(t, a, b) })
	if got := b.Unregister(t); got.Status != 200 {
		t.Errorf("REGISTER for 0 seconds = %+v, want 200", got)
	}
}

func call(t *testing.T, a, b *siptest.UA) {
	out := a.Call(t, "2002")
	if out.Status != 200 {
		t.Fatalf("call = %d, want 200", out.Status)
	}
	in := b.Incoming(t)
	out.AwaitAudio(t, 25)
	in.AwaitAudio(t, 25)
	in.HangUp(t)
	out.AwaitEnd(t)
}

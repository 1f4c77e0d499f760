package siptest

import (
	"net/textproto"
	"strings"
	"testing"
)

// The examples of RFC 7616 section 3.9.1.
func TestDigestOfRFC7616(t *testing.T) {
	t.Parallel()
	header := textproto.MIMEHeader{}
	for _, alg := range []string{"SHA-256", "MD5"} {
		header.Add("WWW-Authenticate", `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=`+alg+
			`, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`)
	}
	for alg, want := range map[string]string{
		"MD5":     "8ca523f5e9506fed4657c9700eebdbec",
		"SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		p := Phone{User: "Mufasa", Password: "Circle of Life", Algorithm: alg}
		for _, c := range challenges(header) {
			if c.algorithm() != alg {
				continue
			}
			got := p.answer(c, "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
			if !strings.Contains(got, `response="`+want+`"`) || !strings.Contains(got, `opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`) {
				t.Errorf("answer to %s = %s, want the response %s", alg, got, want)
			}
		}
	}
}

func TestAuthorizeTakesTheAlgorithmItKnows(t *testing.T) {
	t.Parallel()
	header := textproto.MIMEHeader{"Proxy-Authenticate": {`Digest realm="a", nonce="b", algorithm=SHA-256`, `Digest realm="a", nonce="b"`}}
	if got := (Phone{Number: "1"}).authorize(407, header, "INVITE", "sip:2@a"); !strings.HasPrefix(got, "Proxy-Authorization: Digest ") || !strings.Contains(got, "algorithm=MD5") {
		t.Errorf("authorize() = %q, want MD5 to a proxy", got)
	}
	if got := (Phone{Number: "1", Algorithm: "SHA-512-256"}).authorize(407, header, "INVITE", "sip:2@a"); got != "" {
		t.Errorf("authorize() = %q, want nothing for an algorithm that is not offered", got)
	}
}

package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/ledger"
)

func TestProof(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{proof: annasProof(), matches: true}
	b := newBrowser(t, f)
	_, text := b.get("/i/idabc234")
	for _, want := range []string{"Valid", "Org1MSP", "6f1e7cc2b8f3", "42", "Hyperledger Fabric", "ask the person"} {
		if !strings.Contains(text, want) {
			t.Errorf("proof page lacks %q", want)
		}
	}
	for matches, want := range map[bool]string{true: "Yes, this is", false: "No, this is not"} {
		f.matches = matches
		if _, text := b.post("/i/idabc234?given_names=c2FsdA", url.Values{"attribute": {"given_names"}, "value": {"Anna"}}); !strings.Contains(text, want) {
			t.Errorf("match %t lacks %q", matches, want)
		}
	}
	if res, _ := b.post("/i/idabc234", url.Values{"attribute": {"given_names"}, "value": {"Anna"}}); res.StatusCode != http.StatusBadRequest {
		t.Errorf("match without a salt = %d, want %d", res.StatusCode, http.StatusBadRequest)
	}
	for err, want := range map[error]int{ledger.ErrNotFound: http.StatusNotFound, ledger.ErrInvalid: http.StatusNotFound, ledger.ErrUnavailable: http.StatusServiceUnavailable} {
		f.err = err
		if res, _ := b.get("/i/idabc234"); res.StatusCode != want {
			t.Errorf("proof with %v = %d, want %d", err, res.StatusCode, want)
		}
	}
}

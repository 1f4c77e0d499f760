package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
)

func TestConsolePhoto(t *testing.T) {
	t.Parallel()
	d := newDesk()
	b := staffBrowser(t, d, "desk")
	for _, tt := range []struct {
		name, path string
		want       int
	}{
		{"of the case", "/console/cases/en1/photos/selfie-1", http.StatusOK},
		{"of another case", "/console/cases/en1/photos/selfie-2", http.StatusNotFound},
		{"in another case", "/console/cases/en2/photos/selfie-1", http.StatusNotFound},
		{"a path", "/console/cases/en1/photos/..%2f..%2foperator.key", http.StatusNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, text := b.get(tt.path)
			if res.StatusCode != tt.want {
				t.Errorf("GET %s = %d, want %d", tt.path, res.StatusCode, tt.want)
			}
			if tt.want == http.StatusOK && (text != "a JPEG" || res.Header.Get("Content-Type") != "image/jpeg" || res.Header.Get("Cache-Control") != "no-store") {
				t.Errorf("GET %s = %q %v, want a JPEG that is not kept", tt.path, text, res.Header)
			}
		})
	}
}

func TestRuling(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		form   url.Values
		status int
		want   kyc.Ruling
		shown  []string
	}{
		{
			"approved with the number as printed",
			url.Values{"outcome": {"pass"}, "note": {" looked "}, "document_number": {"l8 989-01c"}, "issuing_state": {"deu"}, "reason": {"face_different"}},
			http.StatusSeeOther,
			kyc.Ruling{Agent: "agent:rob", Outcome: kyc.Passed, Note: "looked", DocumentNumber: "L898901C", IssuingState: "D"},
			nil,
		},
		{
			"refused for known reasons only",
			url.Values{"outcome": {"fail"}, "note": {"looked"}, "reason": {"face_different", "agent_decision", "x"}},
			http.StatusSeeOther,
			kyc.Ruling{Agent: "agent:rob", Outcome: kyc.Failed, Note: "looked", Reasons: []kyc.Reason{kyc.ReasonFaceDifferent}},
			nil,
		},
		{
			"no note",
			url.Values{"outcome": {"fail"}, "reason": {"face_different"}},
			http.StatusUnprocessableEntity,
			kyc.Ruling{},
			[]string{`id="note-error"`, `value="face_different" checked`},
		},
		{
			"no number",
			url.Values{"outcome": {"pass"}, "note": {"looked"}},
			http.StatusUnprocessableEntity,
			kyc.Ruling{Agent: "agent:rob", Outcome: kyc.Passed, Note: "looked"},
			[]string{`id="document_number-error"`, `id="issuing_state-error"`, ">looked</textarea>"},
		},
		{
			"a state in words",
			url.Values{"outcome": {"pass"}, "note": {"looked"}, "document_number": {"L8"}, "issuing_state": {"Sweden"}},
			http.StatusUnprocessableEntity,
			kyc.Ruling{},
			[]string{`id="issuing_state-error"`, `value="Sweden"`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk()
			b := staffBrowser(t, d, "desk")
			res, text := b.post("/console/cases/en1/ruling", tt.form)
			if res.StatusCode != tt.status {
				t.Errorf("POST ruling = %d, want %d", res.StatusCode, tt.status)
			}
			if diff := cmp.Diff(tt.want, d.ruling); diff != "" {
				t.Errorf("ruling (-want +got):\n%s", diff)
			}
			for _, part := range tt.shown {
				if !strings.Contains(text, part) {
					t.Errorf("the page lacks %s", part)
				}
			}
		})
	}
}

// A case that is decided can be looked at and not decided again.
func TestDecidedCase(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.state = kyc.Rejected
	d.data.Decision = &kyc.Decision{Outcome: kyc.Failed, Reasons: []kyc.Reason{kyc.ReasonAgent}, By: "agent:rob", Note: "seen", At: noon}
	b := staffBrowser(t, d, "desk")
	if res, text := b.get("/console/cases/en1"); res.StatusCode != http.StatusOK || !strings.Contains(text, "seen") || strings.Contains(text, "/ruling") {
		t.Errorf("GET a decided case = %d, want its note and no form", res.StatusCode)
	}
}

package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// fakeLineDesk are the lines of two people, and what was asked of them.
type fakeLineDesk struct {
	queries  []pbx.Query
	did      []string
	err      error // of what changes something
	silent   bool  // the PBX
	released bool  // Anna's first line
}

func annasLine(extension string) pbx.Account {
	c := pbx.NewCredential(extension+"-k3f9ab", "example.org", "0123456789abcdefghjkmnpqrs")
	c.CreatedAt = noon
	return pbx.Account{
		Extension: extension, Realm: "example.org", AOR: pbx.NewAOR(extension, "example.org"), DisplayName: "Anna Maria Eriksson",
		IdentityID: "idabc234", Enabled: true, UpdatedAt: noon, Revision: 3,
		Devices: []pbx.Device{{ID: "k3f9ab2c", Name: "Office desk", Kind: pbx.Desk, AddedAt: noon, Credentials: []pbx.Credential{c}}},
	}
}

func (f *fakeLineDesk) FindLines(_ context.Context, _ string, q pbx.Query) (pbx.Page, error) {
	f.queries = append(f.queries, q)
	if q.Name == "nobody" {
		return pbx.Page{}, nil
	}
	if q.Status == "lost" {
		return pbx.Page{}, &pbx.Error{Code: pbx.CodeMalformed, Field: "status"}
	}
	zoe := annasLine("2000002")
	zoe.DisplayName, zoe.IdentityID, zoe.Suspended, zoe.Enabled = "Zoë O'Hara", "idzoe234", true, false
	page := pbx.Page{Accounts: []pbx.Account{annasLine("2000001"), zoe, annasLine("2000003")}, Revision: 3}
	switch {
	case q.IdentityID == "idabc234":
		page.Accounts = slices.DeleteFunc(page.Accounts, func(a pbx.Account) bool { return a.IdentityID != q.IdentityID })
	case q.After == "":
		page.Next = "more&more"
	default:
		page.Accounts = []pbx.Account{annasLine("2000004")}
	}
	return page, nil
}

func (f *fakeLineDesk) LineDetail(_ context.Context, _, extension string) (kyc.LineDetail, error) {
	if extension != "2000001" {
		return kyc.LineDetail{}, kyc.ErrNotFound
	}
	a := annasLine(extension)
	if f.released {
		a.Enabled, a.ReleasedAt = false, noon
	}
	return kyc.LineDetail{
		Account: a, EnrollmentID: "en1", ContactsKnown: !f.silent,
		Devices: []kyc.DeviceView{
			{ID: "k3f9ab2c", Name: "Office <b>desk</b>", Kind: pbx.Desk, Username: "2000001-k3f9ab", AddedAt: noon, RotatedAt: noon, EndsAt: noon.Add(time.Hour), Due: true},
			{ID: "other", Kind: pbx.App, Username: "2000001-aaaaaa", AddedAt: noon, RotatedAt: noon, Silent: true},
		},
		Contacts: []pbx.Contact{
			{ID: "2000001;@a&b", UserAgent: "Phone <script>", Address: "192.0.2.1:5062", Expires: noon.Add(2 * time.Minute)}, {ID: "c2", Expires: noon},
		},
		History: []kyc.AuditEntry{
			{At: noon, Actor: "agent:max", Action: "view_line"},
			{At: noon, Actor: "apikey:k4", Action: "suspend_line"},
			{At: noon, Actor: "subject", Action: "add_device", Detail: "k3f9ab2c desk"},
			{At: noon, Actor: "nobody", Action: "whatever"},
		},
		Refusals: []kyc.AuditEntry{
			{At: noon, Actor: "pbx", Action: "sip_refused", Detail: "12 more in a minute from 198.51.100.7"},
			{At: noon, Actor: "pbx", Action: "sip_refused", Detail: "from 2001:db8::7"},
			{At: noon, Actor: "pbx", Action: "sip_refused", Detail: "from an unknown address"},
		},
	}, nil
}

func (f *fakeLineDesk) act(parts ...string) error {
	f.did = append(f.did, strings.Join(parts, " "))
	return f.err
}

func (f *fakeLineDesk) RotateLine(_ context.Context, actor, ext string) error {
	return f.act("rotate", ext, actor)
}

func (f *fakeLineDesk) SuspendLine(_ context.Context, actor, ext string) error {
	return f.act("suspend", ext, actor)
}

func (f *fakeLineDesk) ResumeLine(_ context.Context, actor, ext string) error {
	return f.act("resume", ext, actor)
}

func (f *fakeLineDesk) ReleaseLine(_ context.Context, actor, ext string) error {
	return f.act("release", ext, actor)
}

func (f *fakeLineDesk) DropContact(_ context.Context, actor, ext, contact string) error {
	return f.act("drop", ext, contact, actor)
}

func (f *fakeLineDesk) AddLine(_ context.Context, actor, identity, organisation string) (pbx.Account, error) {
	return annasLine("2000009"), f.act("add", identity, organisation, actor)
}

// linesBrowser is of a member of staff where those lines are.
func linesBrowser(t *testing.T, f *fakeLineDesk, d *fakeDesk, token string) *browser {
	t.Helper()
	b := newBrowserOf(t, newServerWith(t, &fakeFlow{state: kyc.Contacts, data: anna()}, func(c *Config) {
		c.Console = d.console()
		c.Console.Identities, c.Console.Lines = newRegistry(), f
	}))
	b.signInStaff(token)
	return b
}

func TestSearchForLines(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, query string
		want        pbx.Query
	}{
		{"all", "", pbx.Query{Limit: linesShown}},
		{"a number's beginning", "?sought=20+00.0", pbx.Query{Limit: linesShown, Extension: "20000"}},
		{"a name", "?sought=+eriksson+ann", pbx.Query{Limit: linesShown, Name: "eriksson ann"}},
		{"a name with figures", "?sought=anna+2", pbx.Query{Limit: linesShown, Name: "anna 2"}},
		{"filtered", "?sought=2&status=suspended&organisation=acme", pbx.Query{Limit: linesShown, Extension: "2", Status: pbx.StatusSuspended, Organisation: "acme"}},
		{"of one person", "?identity=idabc234", pbx.Query{Limit: linesShown, IdentityID: "idabc234"}},
		{"a further page", "?sought=anna&cursor=more%26more", pbx.Query{Limit: linesShown, Name: "anna", After: "more&more"}},
		{"endless", "?sought=" + strings.Repeat("é", 90), pbx.Query{Limit: linesShown, Name: strings.Repeat("é", 50)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := &fakeLineDesk{}
			res, _ := linesBrowser(t, f, newDesk(), "boss").get("/console/lines" + tc.query)
			if res.StatusCode != http.StatusOK || len(f.queries) != 1 {
				t.Fatalf("GET = %d after %d questions, want 200 after one", res.StatusCode, len(f.queries))
			}
			if diff := cmp.Diff(tc.want, f.queries[0]); diff != "" {
				t.Errorf("asked for (-want +got):\n%s", diff)
			}
		})
	}
}

// All numbers of one person stand together, under the name once.
func TestNumbersOfOnePersonStandTogether(t *testing.T) {
	t.Parallel()
	b := linesBrowser(t, &fakeLineDesk{}, newDesk(), "boss")
	_, text := b.get("/console/lines?sought=a")
	first, second, third := strings.Index(text, ">2000001<"), strings.Index(text, ">2000003<"), strings.Index(text, ">2000002<")
	if first < 0 || second < first || third < second || strings.Count(text, "Anna Maria Eriksson") != 1 || !strings.Contains(text, `rowspan="2"`) {
		t.Errorf("numbers at %d, %d, %d, want Anna's two together before Zoë's, under one name:\n%s", first, second, third, text)
	}
	if !strings.Contains(text, "/console/lines?cursor=more%26more&amp;sought=a") {
		t.Errorf("the next page keeps the search:\n%s", text)
	}
	if _, text := b.get("/console/lines?sought=nobody"); !strings.Contains(text, "No line is like that.") {
		t.Error("a search that finds nothing does not say so")
	}
	if res, text := b.get("/console/lines?status=lost"); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, `id="sought-error"`) {
		t.Errorf("an impossible search = %d, want the form again", res.StatusCode)
	}
}

func TestLinePage(t *testing.T) {
	t.Parallel()
	b := linesBrowser(t, &fakeLineDesk{}, newDesk(), "boss")
	res, text := b.get("/console/lines/2000001")
	if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("GET = %d, Cache-Control %q", res.StatusCode, res.Header.Get("Cache-Control"))
	}
	for _, want := range []string{
		"Line 2000001", "Anna Maria Eriksson", "sip:2000001@example.org", "/console/identities/idabc234", "/console/lines/2000003",
		"Office &lt;b&gt;desk&lt;/b&gt;", "2000001-k3f9ab", "no valid password", "Phone &lt;script&gt;", "192.0.2.1:5062",
		"12 more in a minute", "198.51.100.7", "2001:db8::7", "Unknown address", "Suspended", "by the API key", "Phone added", "Something else",
		"Who looked (1)", `value="2000001;@a&amp;b"`, "/console/lines/2000001/suspend", "/console/lines/2000001/release",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, not := range []string{"0123456789abcdefghjkmnpqrs", annasLine("2000001").Devices[0].Credentials[0].HA1MD5, "/console/lines/2000001/resume", "k3f9ab2c desk"} {
		if strings.Contains(text, not) {
			t.Errorf("the page has %q", not)
		}
	}
	if res, _ := b.get("/console/lines/2999999"); res.StatusCode != http.StatusNotFound {
		t.Errorf("GET of nobody's = %d, want 404", res.StatusCode)
	}
	_, text = linesBrowser(t, &fakeLineDesk{silent: true, released: true}, newDesk(), "boss").get("/console/lines/2000001")
	if !strings.Contains(text, "The PBX does not say") || strings.Contains(text, "/drop") || strings.Contains(text, "/suspend") || !strings.Contains(text, "Nothing: the line has ended") {
		t.Errorf("a released line on a silent PBX offers what cannot be done:\n%s", text)
	}
}

func TestLineMoves(t *testing.T) {
	t.Parallel()
	f := &fakeLineDesk{}
	b := linesBrowser(t, f, newDesk(), "boss")
	for _, tc := range []struct {
		path, location string
		form           url.Values
		status         int
	}{
		{"/suspend", "?done=suspend", nil, http.StatusSeeOther},
		{"/resume", "?done=resume", nil, http.StatusSeeOther},
		{"/rotate", "?done=rotate", nil, http.StatusSeeOther},
		{"/drop", "?done=drop", url.Values{"contact": {"2000001;@a&b"}}, http.StatusSeeOther},
		{"/drop", "?done=drop", nil, http.StatusSeeOther},
		{"/release", "", nil, http.StatusUnprocessableEntity},
		{"/release", "", url.Values{"confirm_number": {"2000002"}}, http.StatusUnprocessableEntity},
		{"/release", "?done=release", url.Values{"confirm_number": {" 2000001 "}}, http.StatusSeeOther},
		{"/explode", "", nil, http.StatusNotFound},
	} {
		res, text := b.post("/console/lines/2000001"+tc.path, tc.form)
		location := strings.TrimPrefix(res.Header.Get("Location"), "/console/lines/2000001")
		if res.StatusCode != tc.status || location != tc.location {
			t.Errorf("POST %s %v = %d to %q, want %d to %q", tc.path, tc.form, res.StatusCode, location, tc.status, tc.location)
		}
		if tc.status == http.StatusUnprocessableEntity && !strings.Contains(text, `id="confirm_number-error"`) {
			t.Errorf("POST %s does not say what is wrong", tc.path)
		}
	}
	want := []string{
		"suspend 2000001 agent:ada", "resume 2000001 agent:ada", "rotate 2000001 agent:ada", "drop 2000001 2000001;@a&b agent:ada",
		"drop 2000001  agent:ada", "release 2000001 agent:ada",
	}
	if diff := cmp.Diff(want, f.did); diff != "" {
		t.Errorf("asked of the flow (-want +got):\n%s", diff)
	}
	f.err = kyc.ErrLineReleased
	if res, text := b.post("/console/lines/2000001/suspend", nil); res.StatusCode != http.StatusConflict || !strings.Contains(text, "given up for good") {
		t.Errorf("a released line = %d, want 409 and why", res.StatusCode)
	}
}

func TestOneMoreLine(t *testing.T) {
	t.Parallel()
	f := &fakeLineDesk{}
	b := linesBrowser(t, f, newDesk(), "boss")
	form := url.Values{"from": {"2000001"}, "line_organisation": {" acme "}}
	if res, _ := b.post("/console/identities/idabc234/lines", form); res.Header.Get("Location") != "/console/lines/2000009?done=add" {
		t.Errorf("POST = %d to %q, want the new line", res.StatusCode, res.Header.Get("Location"))
	}
	if want := []string{"add idabc234 acme agent:ada"}; !slices.Equal(f.did, want) {
		t.Errorf("asked of the flow %q, want %q", f.did, want)
	}
	f.err = kyc.ErrNoNumber
	if res, text := b.post("/console/identities/idabc234/lines", form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, "No number is free in this range") || !strings.Contains(text, `value="acme"`) {
		t.Errorf("a full range = %d, want the form again with what was typed", res.StatusCode)
	}
	form.Set("from", "//evil")
	if res, _ := b.post("/console/identities/idabc234/lines", form); res.StatusCode != http.StatusConflict {
		t.Errorf("a full range asked from elsewhere = %d, want 409", res.StatusCode)
	}
}

func TestExportOfLines(t *testing.T) {
	t.Parallel()
	d, f := newDesk(), &fakeLineDesk{}
	b := linesBrowser(t, f, d, "boss")
	if res, text := b.get("/console/lines/export?sought=eriksson"); res.StatusCode != http.StatusOK || len(f.queries) > 0 || !strings.Contains(text, `name="sought" value="eriksson"`) {
		t.Errorf("GET = %d after %d questions, want 200, none, and the search kept", res.StatusCode, len(f.queries))
	}
	if res, text := b.post("/console/lines/export", url.Values{"export_format": {"asterisk"}}); res.StatusCode != http.StatusUnprocessableEntity || len(f.queries) > 0 || !strings.Contains(text, `id="export_understood-error"`) {
		t.Errorf("POST without the word = %d, want the form again and nothing read", res.StatusCode)
	}
	for name, file := range map[string]string{"asterisk": "vouchline.conf", "kamailio": "vouchline.sql", "freeswitch": "vouchline.xml", "csv": "vouchline.csv", "json": "vouchline.json"} {
		f.queries, d.entries = nil, nil
		res, text := b.post("/console/lines/export", url.Values{"export_format": {name}, "export_understood": {"yes"}, "sought": {"eriksson"}})
		if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Content-Disposition"), file) || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s = %d, %q, %q, want %s and no-store", name, res.StatusCode, res.Header.Get("Content-Disposition"), res.Header.Get("Cache-Control"), file)
		}
		if !strings.Contains(text, "2000001-k3f9ab") || strings.Contains(text, "Office desk") {
			t.Errorf("%s lacks the line, or has what its holder calls the phone:\n%s", name, text)
		}
		if strings.Contains(text, "2000002") != (name == "json") {
			t.Errorf("%s has the suspended line: %t", name, strings.Contains(text, "2000002"))
		}
		if len(f.queries) != 2 || f.queries[1].After == "" || f.queries[0].Name != "eriksson" {
			t.Errorf("%s asked %+v, want both pages of the search", name, f.queries)
		}
		if len(d.entries) != 1 || d.entries[0].Action != "export_lines" || d.entries[0].Detail != name+", 4 accounts" || d.entries[0].Actor != "agent:ada" {
			t.Errorf("%s left %+v in the audit log", name, d.entries)
		}
	}
}

// Lines are the administrators': an agent decides cases.
func TestLinesAreForAdministrators(t *testing.T) {
	t.Parallel()
	f := &fakeLineDesk{}
	b := linesBrowser(t, f, newDesk(), "desk")
	for _, path := range []string{"/console/lines", "/console/lines/export", "/console/lines/2000001"} {
		if res, _ := b.get(path); res.StatusCode != http.StatusForbidden {
			t.Errorf("GET %s = %d, want 403", path, res.StatusCode)
		}
	}
	for _, path := range []string{"/console/lines/export", "/console/lines/2000001/suspend", "/console/identities/idabc234/lines"} {
		if res, _ := b.post(path, nil); res.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s = %d, want 403", path, res.StatusCode)
		}
	}
	if len(f.did)+len(f.queries) > 0 {
		t.Errorf("the flow was asked %q, %v, want nothing", f.did, f.queries)
	}
	_, text := b.get(annasIdentity)
	if strings.Contains(text, "/console/lines") {
		t.Error("an agent is led to the lines")
	}
	if _, text := linesBrowser(t, f, newDesk(), "boss").get(annasIdentity); !strings.Contains(text, `href="/console/lines/2000001"`) || !strings.Contains(text, `href="/console/lines?identity=idabc234"`) {
		t.Error("the page of an identity does not lead to its lines")
	}
}

// A line that is off, or not yet, because every password ended, is told from one
// whose identity is not active.
func TestWhyNobodyRegisters(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name               string
		enabled, suspended bool
		silent             []bool
		want               string
	}{
		{"works", true, false, []bool{true, false}, "on"},
		{"identity not active", false, false, []bool{false}, "off"},
		{"passwords ended", false, false, []bool{true}, lineSilent},
		{"passwords ended a moment ago", true, false, []bool{true, true}, lineSilent},
		{"no phone yet", false, false, nil, lineSilent},
		{"suspended before", false, true, []bool{true}, "suspended"},
	} {
		d := kyc.LineDetail{Account: pbx.Account{Enabled: tc.enabled, Suspended: tc.suspended}}
		for _, s := range tc.silent {
			d.Devices = append(d.Devices, kyc.DeviceView{Silent: s})
		}
		if got := whyOf(d); got != tc.want {
			t.Errorf("%s: whyOf() = %s, want %s", tc.name, got, tc.want)
		}
	}
}

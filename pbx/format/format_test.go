package format_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/golden"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/format"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// several are lines of every condition.
func several() []pbx.Account {
	bare := pbxtest.Account("1002", "b")
	bare.DisplayName, bare.IdentityID = "", ""
	disabled := pbxtest.Account("1004", "d")
	disabled.Enabled = false
	rotated := pbxtest.Account("1005", "e")
	rotated.Devices[0].Rotate(pbx.NewCredential("1005-zzzzzz", pbxtest.Domain, "f"), march, march.Add(time.Hour))
	rotated.Devices = append(rotated.Devices, browser("1005-bbbbbb"))
	ended := pbxtest.Account("1006", "g")
	ended.Devices[0].Credentials[0].NotAfter = march
	noMD5 := pbxtest.Account("1007", "h")
	noMD5.Devices[0].Credentials[0].HA1MD5 = ""
	elsewhere := pbxtest.Account("1008", "i")
	elsewhere.AOR, elsewhere.DisplayName, elsewhere.Organisation = "sip:1008@other.example.org", "A & B's", "org-1"
	return []pbx.Account{elsewhere, noMD5, rotated, ended, disabled, bare, pbxtest.Account("1001", "a")}
}

var extensions = map[string]string{"asterisk": "conf", "kamailio": "sql", "freeswitch": "xml", "json": "json", "csv": "csv"}

func TestFormats(t *testing.T) {
	t.Parallel()
	for _, f := range format.Formats() {
		if f.Name == "asterisk" {
			continue // has a test of its own
		}
		for name, accounts := range map[string][]pbx.Account{"none": nil, "several": several()} {
			t.Run(f.Name+"/"+name, func(t *testing.T) {
				t.Parallel()
				got, err := f.Render(accounts, march)
				if err != nil {
					t.Fatal(err)
				}
				golden.Check(t, "testdata/"+f.Name+"/"+name+"."+extensions[f.Name], got)
			})
		}
	}
}

func TestByName(t *testing.T) {
	t.Parallel()
	for name := range extensions {
		if f, ok := format.ByName(name); !ok || f.Name != name || f.ContentType == "" {
			t.Errorf("ByName(%s) = %+v, %v", name, f, ok)
		}
	}
	if _, ok := format.ByName("opensips"); ok {
		t.Error("ByName(opensips) finds one")
	}
}

// Every field that could mean something else in some format is refused by all,
// by a code and with nothing written.
func TestFormatsRefuseIllegalValues(t *testing.T) {
	t.Parallel()
	for _, f := range format.Formats() {
		for _, evil := range []string{"\n", "\r\n", "\x00", "\u2028", "\"", "\\", ";", "</user>", "');--\n", "${x}", "<!--", "\xff"} {
			for field, change := range map[string]func(*pbx.Account){
				"extension":    func(a *pbx.Account) { a.Extension += evil },
				"username":     func(a *pbx.Account) { a.Devices[0].Credentials[0].Username += evil },
				"realm":        func(a *pbx.Account) { a.Realm += evil },
				"display_name": func(a *pbx.Account) { a.DisplayName += evil + "x" },
				"aor":          func(a *pbx.Account) { a.AOR += pbx.AOR(evil) },
				"identity_id":  func(a *pbx.Account) { a.IdentityID += evil },
				"organisation": func(a *pbx.Account) { a.Organisation += evil },
				"ha1_md5":      func(a *pbx.Account) { a.Devices[0].Credentials[0].HA1MD5 += evil },
				"ha1b":         func(a *pbx.Account) { a.Devices[0].Credentials[0].HA1B += evil },
			} {
				good, bad := pbxtest.Account("1000", "x"), pbxtest.Account("1001", "a")
				change(&bad)
				got, err := f.Render([]pbx.Account{good, bad}, march)
				if coded, ok := errors.AsType[*pbx.Error](err); !ok || coded.Field != field || got != nil {
					t.Errorf("%s with %s %q = %d bytes, %v; want a *pbx.Error about it", f.Name, field, evil, len(got), err)
				}
			}
		}
	}
}

func TestFormatsRefuseDuplicates(t *testing.T) {
	t.Parallel()
	same := pbxtest.Account("1002", "a")
	same.Devices[0].Credentials[0].Username = pbxtest.Username("1001")
	for _, f := range format.Formats() {
		_, err := f.Render([]pbx.Account{pbxtest.Account("1001", "a"), pbxtest.Account("1001", "b")}, march)
		if !errors.Is(err, &pbx.Error{Code: pbx.CodeDuplicate, Field: "extension"}) {
			t.Errorf("%s of a line twice = %v, want %s", f.Name, err, pbx.CodeDuplicate)
		}
		_, err = f.Render([]pbx.Account{pbxtest.Account("1001", "a"), same}, march)
		if !errors.Is(err, &pbx.Error{Code: pbx.CodeDuplicate, Field: "username"}) {
			t.Errorf("%s of a user of two lines = %v, want %s", f.Name, err, pbx.CodeDuplicate)
		}
	}
}

// A name that a spreadsheet would reckon with stays a name.
func TestCSVHasNoFormulas(t *testing.T) {
	t.Parallel()
	var accounts []pbx.Account
	for i, name := range []string{"+1+1", "-2", "@SUM(A1)", "＝1", "＠x", "O'Hara, \u00e9", "-"} {
		a := pbxtest.Account("100"+string(rune('0'+i)), "p")
		a.DisplayName, a.IdentityID, a.Organisation = name, "-A1", "-B2"
		accounts = append(accounts, a)
	}
	b, err := format.CSV(accounts, march)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(rows) != 1+len(accounts) {
		t.Fatalf("%d rows, %v, want %d", len(rows), err, 1+len(accounts))
	}
	for i, row := range rows[1:] {
		for _, cell := range row {
			if strings.IndexAny(cell, "=+-@\t\r\n＝＋－＠") == 0 {
				t.Errorf("cell %q begins a formula", cell)
			}
		}
		if name := strings.TrimPrefix(row[1], "'"); name != accounts[i].DisplayName {
			t.Errorf("name %q, want %q", row[1], accounts[i].DisplayName)
		}
	}
}

func TestJSONReadsBack(t *testing.T) {
	t.Parallel()
	b, err := format.JSON(several(), march)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]pbx.Account{}
	for dec := json.NewDecoder(bytes.NewReader(b)); ; {
		var a pbx.Account
		if err := dec.Decode(&a); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		got[a.Extension] = a
	}
	for _, want := range several() {
		if !got[want.Extension].Equal(want) {
			t.Errorf("account %s differs after JSON", want.Extension)
		}
	}
}

// FreeSWITCH lets anybody in as a user without a1-hash.
func TestFreeSWITCHUsersHaveDigests(t *testing.T) {
	t.Parallel()
	b, err := format.FreeSWITCH(several(), march)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := digests(t, b), 6; got != want {
		t.Errorf("%d users, want %d", got, want)
	}
}

// digests counts users and fails where one has not exactly one a1-hash.
func digests(t *testing.T, b []byte) (users int) {
	t.Helper()
	hashes := 0
	for dec := xml.NewDecoder(bytes.NewReader(b)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return users
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local == "user" {
				users, hashes = users+1, 0
			}
			if e.Name.Local == "param" && len(e.Attr) == 2 && e.Attr[0].Value == "a1-hash" && len(e.Attr[1].Value) == 32 {
				hashes++
			}
		case xml.EndElement:
			if e.Name.Local == "user" && hashes != 1 {
				t.Errorf("a user with %d a1-hash", hashes)
			}
		}
	}
}

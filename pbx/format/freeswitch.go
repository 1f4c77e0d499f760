package format

import (
	"encoding/xml"
	"slices"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// FreeSWITCHContext is the context of the dial plan in which the calls of lines
// begin.
const FreeSWITCHContext = "vouchline"

// freeSWITCHExpires is for how many seconds a device is registered: nothing drops
// that of a line which has gone off.
const freeSWITCHExpires = "120"

// fsInclude is the root of a file in conf/directory.
type fsInclude struct {
	XMLName xml.Name   `xml:"include"`
	Domains []fsDomain `xml:"domain"`
}

type fsDomain struct {
	Name   string    `xml:"name,attr"`
	Groups []fsGroup `xml:"groups>group"`
}

type fsGroup struct {
	Name  string   `xml:"name,attr"`
	Users []fsUser `xml:"users>user"`
}

type fsUser struct {
	ID        string  `xml:"id,attr"`
	Params    []fsVar `xml:"params>param"`
	Variables []fsVar `xml:"variables>variable"`
}

type fsVar struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// FreeSWITCH returns a file for conf/directory with the users of all lines that
// are on. FreeSWITCH knows MD5 alone: a credential without it is left out, for a
// user without a1-hash is let in by any password.
func FreeSWITCH(accounts []pbx.Account, now time.Time) ([]byte, error) {
	all, err := users(accounts, now)
	if err != nil {
		return nil, err
	}
	var root fsInclude
	for _, u := range all {
		if u.credential.HA1MD5 == "" {
			continue
		}
		domain := u.line.Realm // by which FreeSWITCH looks its users up
		i := slices.IndexFunc(root.Domains, func(d fsDomain) bool { return d.Name == domain })
		if i < 0 {
			i = len(root.Domains)
			root.Domains = append(root.Domains, fsDomain{Name: domain, Groups: []fsGroup{{Name: "vouchline"}}})
		}
		group := &root.Domains[i].Groups[0]
		group.Users = append(group.Users, u.freeswitch())
	}
	b, err := xml.MarshalIndent(root, "", "  ")
	return append(b, '\n'), err
}

// freeswitch describes a user of the digest. Its registrations and calls are its
// line's, whatever address it claims: FreeSWITCH itself does not compare the two.
func (u user) freeswitch() fsUser {
	variables := []fsVar{
		{"user_context", FreeSWITCHContext},
		{"sip-force-user", u.line.Extension},
		{"sip-allow-multiple-registrations", "true"},
		{"sip-force-expires", freeSWITCHExpires},
		{"effective_caller_id_number", u.line.Extension},
		{"effective_caller_id_name", u.line.DisplayName},
		{"vouchline_extension", u.line.Extension},
	}
	if u.line.IdentityID != "" {
		// Call records carry the identity that the line belongs to.
		variables = append(variables, fsVar{"accountcode", u.line.IdentityID})
	}
	return fsUser{
		ID: u.credential.Username, Variables: variables,
		Params: []fsVar{{"a1-hash", u.credential.HA1MD5}},
	}
}

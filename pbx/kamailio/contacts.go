package kamailio

import (
	"encoding/json"
	"net/netip"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// location is usrloc's table.
const location = "location"

// unset is what usrloc writes for what it does not know.
const (
	unset     = "[not set]"
	noneGiven = "n/a"
)

// lookup is the answer of ul.lookup. Phones write most of it.
type lookup struct {
	AOR      string `json:"AoR"`
	Contacts []struct {
		Contact contact `json:"Contact"`
	} `json:"Contacts"`
}

type contact struct {
	Address   string          `json:"Address"`
	Expires   json.RawMessage `json:"Expires"` // seconds, or a word such as "expired"
	UserAgent string          `json:"User-Agent"`
	Received  string          `json:"Received"`
	ID        string          `json:"Ruid"`
}

// contacts leaves out what has expired and waits to be cleared.
func (l lookup) contacts(aor pbx.AOR, now time.Time, usernames map[string]string) []pbx.Contact {
	var all []pbx.Contact
	for _, entry := range l.Contacts {
		c := entry.Contact
		known := pbx.Contact{AOR: aor, ID: c.Address, URI: uri(c.Address), Address: c.origin(), Username: usernames[c.ID]}
		if c.UserAgent != noneGiven {
			known.UserAgent = c.UserAgent
		}
		var seconds int64
		if err := json.Unmarshal(c.Expires, &seconds); err == nil {
			known.Expires = now.Add(time.Duration(seconds) * time.Second)
		} else if string(c.Expires) != `"permanent"` {
			continue
		}
		all = append(all, known)
	}
	return all
}

// alias is the parameter in which nathelper keeps where a device came from, as
// address~port~protocol.
const alias = ";alias="

// uri is what the device itself said.
func uri(address string) string {
	said, _, _ := strings.Cut(address, alias)
	return said
}

// origin is where a device registered from, or nothing where that is not told.
func (c contact) origin() string {
	from := c.Address
	if c.Received != unset && c.Received != "" {
		from = c.Received
	}
	if _, kept, ok := strings.Cut(from, alias); ok {
		kept, _, _ = strings.Cut(kept, ";")
		if parts := strings.Split(kept, "~"); len(parts) == 3 {
			return hostPort(parts[0] + ":" + parts[1])
		}
	}
	_, host, ok := strings.Cut(from, ":")
	if !ok {
		return ""
	}
	if _, after, ok := strings.Cut(host, "@"); ok {
		host = after
	}
	host, _, _ = strings.Cut(host, ";")
	return hostPort(host)
}

// hostPort takes an address and nothing else; usrloc leaves out SIP's own port.
func hostPort(s string) string {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.String()
	}
	if ip, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return netip.AddrPortFrom(ip, 5060).String()
	}
	return ""
}

// dump is the answer of ul.dump.
type dump struct {
	Domains []struct {
		Domain struct {
			Domain string `json:"Domain"`
			AORs   []struct {
				AOR string `json:"AoR"`
			} `json:"AoRs"`
		} `json:"Domain"`
	} `json:"Domains"`
}

func (d dump) lines() ([]pbx.AOR, error) {
	var all []pbx.AOR
	for _, table := range d.Domains {
		if table.Domain.Domain != location {
			continue
		}
		for _, line := range table.Domain.AORs {
			aor, err := pbx.ParseAOR("sip:" + line.AOR)
			if err != nil {
				return nil, err
			}
			all = append(all, aor)
		}
	}
	return all, nil
}

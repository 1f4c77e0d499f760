package phone

import (
	"bytes"
	"encoding/xml"
	"strconv"

	"github.com/vouchline/vouchline/pbx"
)

// LinphoneType is the media type of [Linphone]'s XML.
const LinphoneType = "application/xml"

// config is the root of Linphone's remote provisioning.
type config struct {
	XMLName  xml.Name  `xml:"http://www.linphone.org/xsds/lpconfig.xsd config"`
	Sections []section `xml:"section"`
}

type section struct {
	Name    string  `xml:"name,attr"`
	Entries []entry `xml:"entry"`
}

// entry is one key of a section. It always overwrites: without that attribute
// liblinphone keeps a value that it has, and an empty one that overwrites takes
// the key away.
type entry struct {
	Name      string `xml:"name,attr"`
	Overwrite bool   `xml:"overwrite,attr"`
	Value     string `xml:",chardata"`
}

// keys are a section's keys and values, in their order.
type keys [][2]string

func (k keys) entries() []entry {
	entries := make([]entry, 0, len(k))
	for _, pair := range k {
		entries = append(entries, entry{pair[0], true, pair[1]})
	}
	return entries
}

// Linphone writes the settings as Linphone fetches them ("remote
// provisioning"), for the first account of the app.
func Linphone(s pbx.Setup) ([]byte, error) {
	if err := check(s); err != nil {
		return nil, err
	}
	sections := []section{
		// The address works once. A phone that kept it would ask again at each
		// start and be refused each time.
		{"misc", keys{{"transient_provisioning", "1"}}.entries()},
		{"sip", keys{{"default_proxy", "0"}}.entries()},
		{"proxy_0", account(s).entries()},
		{"auth_info_0", credential(s).entries()},
	}
	if s.Service.STUN != "" {
		sections = append(sections, section{"nat_policy_0", keys{{"ref", natPolicy}, {"stun_server", s.Service.STUN}, {"protocols", "stun,ice"}}.entries()})
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	if err := e.Encode(config{Sections: sections}); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// natPolicy is what the account calls its section of NAT settings.
const natPolicy = "vouchline"

// account is the section of the SIP account. Beside ours it holds what Linphone
// itself sets for an account of another service than its own, lest something of
// an account that was there before stays.
func account(s pbx.Setup) keys {
	identity := "<" + string(pbx.NewAOR(s.Extension, s.Domain)) + ">"
	if s.DisplayName != "" {
		identity = `"` + s.DisplayName + `" ` + identity
	}
	server := "<sip:" + s.Service.Server + ";transport=" + s.Service.Transport
	policy := ""
	if s.Service.STUN != "" {
		policy = natPolicy
	}
	return keys{
		{"reg_identity", identity},
		// Where a REGISTER goes, whose request is for the domain of the identity
		// (RFC 3261 section 10.2), and where all others go. The domain need not have
		// records of its own, and reg_route alone would leave a REGISTER to them.
		{"reg_proxy", server + ">"},
		{"reg_route", server + ";lr>"},
		{"reg_expires", strconv.Itoa(s.Service.Expires)},
		{"reg_sendregister", "1"},
		{"realm", s.Realm},
		{"nat_policy_ref", policy},
		{"publish", "0"},
		{"avpf", "0"},
		{"rtp_bundle", "0"},
		{"push_notification_allowed", "0"},
		{"cpim_in_basic_chat_rooms_enabled", "0"},
		{"conference_factory_uri", ""},
		{"audio_video_conference_factory_uri", ""},
		{"lime_server_url", ""},
		{"quality_reporting_enabled", "0"},
		{"quality_reporting_collector", ""},
	}
}

// credential is the section of user name and password. The user name of the
// digest is "userid" here; by "username" and realm the section is found when a
// challenge comes.
//
// It gives the password instead of a digest of it. A digest of an earlier
// password must go, and a list of algorithms with it: liblinphone would use them
// before the password.
//
// It names MD5, which every password is digested by and every PBX offers. A
// Linphone that is told nothing takes up the first challenge, whatever it asks
// for, and knows no SHA-512-256: it would not register where that comes first, as
// RFC 8760 section 2.4 wants the best to. One that is told SHA-256 would not
// register where MD5 is all that is offered. What protects the password is its
// 130 random bits.
func credential(s pbx.Setup) keys {
	return keys{
		{"username", s.Extension},
		{"userid", s.Username},
		{"passwd", s.Password.Reveal()},
		{"ha1", ""},
		{"algorithm", string(pbx.MD5)},
		{"available_algorithms", ""},
		{"realm", s.Realm},
		{"domain", s.Domain},
	}
}

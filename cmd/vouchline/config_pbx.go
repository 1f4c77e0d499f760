package main

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// PBXSettings is where lines are set up, and how they are numbered and renewed.
type PBXSettings struct {
	PBX           string  `name:"pbx" env:"VOUCHLINE_PBX" default:"none" oneof:"none,asterisk,asterisk-realtime,kamailio" help:"PBX that is told of lines: none (it fetches them by API or command, as FreeSWITCH does), asterisk (files of pjsip.conf), asterisk-realtime or kamailio (both read views of our PostgreSQL database)."`
	PBXDir        string  `name:"pbx-dir" env:"VOUCHLINE_PBX_DIR" placeholder:"DIR" help:"asterisk: folder of the rendered configuration, included by the PBX's own. Default: pbx in the data folder."`
	PBXConsole    Command `name:"pbx-console" env:"VOUCHLINE_PBX_CONSOLE" placeholder:"COMMAND" help:"asterisk: command that runs one line on the PBX's console, such as: asterisk -rx. With it the service reloads, reads its writes back and drops the devices of changed lines. The manager interface does the same and more."`
	PBXReload     Command `name:"pbx-reload" env:"VOUCHLINE_PBX_RELOAD" placeholder:"COMMAND" help:"asterisk: command run after a change, without a shell; quotes keep words together: asterisk -rx 'module reload res_pjsip.so'."`
	PBXShow       Command `name:"pbx-show" env:"VOUCHLINE_PBX_SHOW" placeholder:"COMMAND" help:"asterisk: command that prints what the PBX believes about a line, with {extension} in it: asterisk -rx 'pjsip show endpoint {extension}'. A change is done once it shows."`
	PBXHangup     string  `name:"pbx-hangup" env:"VOUCHLINE_PBX_HANGUP" default:"off" oneof:"off,on" help:"End the calls of a line that is taken away, and of one from which a device is signed out: off or on. It needs the manager interface, or kamailio."`
	PBXRealm      string  `name:"pbx-realm" env:"VOUCHLINE_PBX_REALM" default:"vouchline" help:"Digest realm and domain of the lines. Changing it voids every stored HA1."`
	PBXExtensions string  `name:"pbx-extensions" env:"VOUCHLINE_PBX_EXTENSIONS" default:"2000000-2999999" placeholder:"[ORGANISATION:]FIRST-LAST,..." help:"Numbering plan: the ranges that numbers are given out from, everyone's or an organisation's."`
	PBXReserved   string  `name:"pbx-reserved" env:"VOUCHLINE_PBX_RESERVED" placeholder:"FIRST-LAST|NUMBER,..." help:"Numbers of the plan that are never given out."`

	PBXQuarantine time.Duration `name:"pbx-quarantine" env:"VOUCHLINE_PBX_QUARANTINE" default:"2160h" placeholder:"DURATION" help:"How long the number of a line that was given up rests before somebody else gets it."`
	PBXRotate     time.Duration `name:"pbx-rotate" env:"VOUCHLINE_PBX_ROTATE" default:"0" placeholder:"DURATION" help:"After how long a phone that is set up by hand should get a new password; the present one ends VOUCHLINE_PBX_OVERLAP later. 0: never. Desk phones get one whenever they fetch their settings."`
	PBXOverlap    time.Duration `name:"pbx-overlap" env:"VOUCHLINE_PBX_OVERLAP" default:"24h" placeholder:"DURATION" help:"For how long the password before goes on after a rotation."`

	PBXAMI           string `name:"pbx-ami" env:"VOUCHLINE_PBX_AMI" placeholder:"HOST:PORT" help:"Asterisk's manager interface: drops devices, hangs up, shows who is registered and reports refused attempts. Default: none."`
	PBXAMIUser       string `name:"pbx-ami-user" env:"VOUCHLINE_PBX_AMI_USER" placeholder:"NAME" help:"Its user."`
	PBXAMISecret     Secret `name:"pbx-ami-secret" env:"VOUCHLINE_PBX_AMI_SECRET" placeholder:"SECRET" help:"Its secret: prefer the file."`
	PBXAMISecretFile string `name:"pbx-ami-secret-file" env:"VOUCHLINE_PBX_AMI_SECRET_FILE" placeholder:"FILE" help:"File that holds the secret."`
	PBXAMITLS        string `name:"pbx-ami-tls" env:"VOUCHLINE_PBX_AMI_TLS" default:"off" oneof:"off,on" help:"Speak to it by TLS: off or on. Who is between could otherwise take the session over."`

	PBXKamailioRPC       []string `name:"pbx-kamailio-rpc" env:"VOUCHLINE_PBX_KAMAILIO_RPC" placeholder:"URL,..." help:"JSON-RPC of each Kamailio; https, or an address of this machine. Needed with kamailio."`
	PBXKamailioToken     Secret   `name:"pbx-kamailio-token" env:"VOUCHLINE_PBX_KAMAILIO_TOKEN" placeholder:"SECRET" help:"Token that it asks for: prefer the file."`
	PBXKamailioTokenFile string   `name:"pbx-kamailio-token-file" env:"VOUCHLINE_PBX_KAMAILIO_TOKEN_FILE" placeholder:"FILE" help:"File that holds the token."`

	SIPServer    string `name:"sip-server" env:"VOUCHLINE_SIP_SERVER" placeholder:"HOST[:PORT]" help:"Where phones find the PBX. Default: the host of the base URL."`
	SIPTransport string `name:"sip-transport" env:"VOUCHLINE_SIP_TRANSPORT" default:"udp" oneof:"udp,tcp,tls" help:"How phones speak to it: udp, tcp or tls."`
	SIPWebsocket string `name:"sip-websocket" env:"VOUCHLINE_SIP_WEBSOCKET" placeholder:"URL" help:"ws or wss address of the PBX for browsers (RFC 7118). Default: none, and no calls from the browser."`
	SIPStun      string `name:"sip-stun" env:"VOUCHLINE_SIP_STUN" placeholder:"HOST:PORT" help:"STUN server of phones and browsers. Default: none."`
	SIPExpires   int    `name:"sip-expires" env:"VOUCHLINE_SIP_EXPIRES" default:"120" placeholder:"SECONDS" help:"For how long phones register. A phone that was dropped with others of its line is back after this time at the latest."`
	SIPEcho      string `name:"sip-echo" env:"VOUCHLINE_SIP_ECHO" placeholder:"NUMBER" help:"Number that gives back what it hears, for test calls. Default: none."`
}

// PBXPath returns the folder of rendered PBX configuration.
func (s *PBXSettings) PBXPath(dataDir string) string { return orUnder(s.PBXDir, dataDir, "pbx") }

// Numbering returns the numbering plan; its faults were reported before.
func (s *PBXSettings) Numbering() (pbx.Numbering, error) {
	n, err := pbx.ParseNumbering(s.PBXExtensions, s.PBXReserved)
	n.Quarantine = s.PBXQuarantine
	return n, err
}

// Service is where phones find the PBX.
func (s *PBXSettings) Service(base string) pbx.Service {
	server := s.SIPServer
	if server == "" {
		server = hostOf(base)
	}
	return pbx.Service{
		Server: server, Transport: s.SIPTransport, WebSocket: s.SIPWebsocket, STUN: s.SIPStun, Expires: s.SIPExpires, Echo: s.SIPEcho,
	}
}

// AMISecret returns the manager interface's secret from whichever place holds
// it.
func (s *PBXSettings) AMISecret() (Secret, error) {
	return secretFrom(s.PBXAMISecret, s.PBXAMISecretFile)
}

// KamailioToken returns the token from whichever place holds it.
func (s *PBXSettings) KamailioToken() (Secret, error) {
	return secretFrom(s.PBXKamailioToken, s.PBXKamailioTokenFile)
}

// Published reports whether the PBX reads its lines from our database.
func (s *PBXSettings) Published() bool { return s.PBX == "asterisk-realtime" || s.PBX == "kamailio" }

func (s *PBXSettings) faults() []error {
	return append(append(s.numberFaults(), s.linkFaults()...), s.phoneFaults()...)
}

func (s *PBXSettings) numberFaults() []error {
	_, err := pbx.ParseNumbering(s.PBXExtensions, "")
	_, reserved := pbx.ParseNumbering("1-1", s.PBXReserved)
	return []error{
		fault(s.PBXRealm != "" && strings.Trim(s.PBXRealm, realmLetters) == "", "pbx-realm", "%q is empty or has more than letters, digits, dots and hyphens", s.PBXRealm),
		fault(err == nil, "pbx-extensions", "%q is not FIRST-LAST, such as 2000000-2999999, or several that are apart: %v", s.PBXExtensions, err),
		fault(reserved == nil, "pbx-reserved", "%q is not numbers or ranges", s.PBXReserved),
		fault(s.PBXQuarantine >= 0, "pbx-quarantine", "%s is negative", s.PBXQuarantine),
		fault(s.PBXRotate >= 0, "pbx-rotate", "%s is negative", s.PBXRotate),
		fault(s.PBXRotate == 0 || s.PBXRotate >= time.Hour, "pbx-rotate", "%s is less than an hour", s.PBXRotate),
		fault(s.PBXOverlap >= 0, "pbx-overlap", "%s is negative", s.PBXOverlap),
	}
}

// realmLetters are those of a domain, which the realm is too.
const realmLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

func (s *PBXSettings) linkFaults() []error {
	ami, kamailio := s.PBXAMI != "", s.PBX == "kamailio"
	faults := []error{
		fault(!ami || hostPort(s.PBXAMI), "pbx-ami", "%q is not HOST:PORT", s.PBXAMI),
		fault(!ami || s.PBX == "asterisk" || s.PBX == "asterisk-realtime", "pbx-ami", "goes with --pbx asterisk or asterisk-realtime"),
		fault(!ami || s.PBXAMIUser != "", "pbx-ami-user", "is needed with --pbx-ami"),
		fault(!ami || s.PBXAMISecret != "" || s.PBXAMISecretFile != "", "pbx-ami-secret-file", "is needed with --pbx-ami"),
		fault(s.PBXAMISecret == "" || s.PBXAMISecretFile == "", "pbx-ami-secret", "is set twice: here and by --pbx-ami-secret-file"),
		fileFault("pbx-ami-secret-file", s.PBXAMISecretFile),
		fault(!kamailio || len(s.PBXKamailioRPC) > 0, "pbx-kamailio-rpc", "is needed with --pbx kamailio"),
		fault(kamailio || len(s.PBXKamailioRPC) == 0, "pbx-kamailio-rpc", "goes with --pbx kamailio"),
		fault(!kamailio || s.PBXKamailioToken != "" || s.PBXKamailioTokenFile != "", "pbx-kamailio-token-file", "is needed with --pbx kamailio"),
		fault(s.PBXKamailioToken == "" || s.PBXKamailioTokenFile == "", "pbx-kamailio-token", "is set twice: here and by --pbx-kamailio-token-file"),
		fileFault("pbx-kamailio-token-file", s.PBXKamailioTokenFile),
		fault(s.PBXHangup != "on" || ami || kamailio, "pbx-hangup", "on needs --pbx-ami, or --pbx kamailio"),
	}
	for _, node := range s.PBXKamailioRPC {
		faults = append(faults, fault(httpURL(node), "pbx-kamailio-rpc", "%q is not an http or https address", node))
	}
	return faults
}

func (s *PBXSettings) phoneFaults() []error {
	u, err := url.Parse(s.SIPWebsocket)
	return []error{
		fault(!strings.ContainsAny(s.SIPServer, " \t\r\n/@;?<>\""), "sip-server", "%q is not HOST or HOST:PORT", s.SIPServer),
		fault(s.SIPWebsocket == "" || err == nil && u.Host != "" && (u.Scheme == "ws" || u.Scheme == "wss"), "sip-websocket", "%q is not a ws or wss address", s.SIPWebsocket),
		fault(s.SIPStun == "" || hostPort(s.SIPStun), "sip-stun", "%q is not HOST:PORT", s.SIPStun),
		fault(s.SIPExpires >= 30 && s.SIPExpires <= 86400, "sip-expires", "%d is not between 30 and 86400", s.SIPExpires),
		fault(strings.Trim(s.SIPEcho, "0123456789*#") == "", "sip-echo", "%q is not a number", s.SIPEcho),
	}
}

var errPublished = errors.New("--pbx: asterisk-realtime and kamailio read views of our database, which needs --database postgres://…")

// publishFault needs two groups: only PostgreSQL has roles that see views and
// nothing else.
func (s *PBXSettings) publishFault(storage *StorageSettings) error {
	if s.Published() && !storage.DatabaseDSN().Postgres() {
		return errPublished
	}
	return nil
}

package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/vouchline/vouchline/ocr"
)

// The settings of the program, in groups that commands embed. A value comes
// from the first of: flag, VOUCHLINE_* variable, configuration file (TOML, the
// flag's name as key), default. docs/configuration.md is generated from these
// structs. The tag "oneof" is checked with everything else in config_check.go,
// so that all faults are reported at once. The zero value of a new setting must
// be safe.

// ServeSettings is what the web service needs: everything.
type ServeSettings struct {
	WebSettings      `group:"Web service"`
	StorageSettings  `group:"Storage"`
	LedgerSettings   `group:"Ledger"`
	EngineSettings   `group:"Engines"`
	MessageSettings  `group:"Messages"`
	PBXSettings      `group:"PBX"`
	PassportSettings `group:"Caller identity"`
}

// Validate reports every fault of the settings; kong calls it.
func (s *ServeSettings) Validate() error {
	faults := check(&s.WebSettings, &s.StorageSettings, &s.LedgerSettings, &s.EngineSettings, &s.MessageSettings, &s.PBXSettings, &s.PassportSettings)
	return joinFaults(append(faults, append(s.crossFaults(s.Listen), s.publishFault(&s.StorageSettings))...))
}

// OutboxEnabled reports whether undelivered messages are shown on a page. They
// hold codes and links, so only a service that nobody else can reach may.
func (s *ServeSettings) OutboxEnabled() bool {
	return s.MessageSettings.outbox(loopbackAddress(s.Listen))
}

// WorkSettings is what a worker on another machine needs: all but the web.
type WorkSettings struct {
	SiteSettings    `group:"Site"`
	StorageSettings `group:"Storage"`
	LedgerSettings  `group:"Ledger"`
	EngineSettings  `group:"Engines"`
	MessageSettings `group:"Messages"`
	PBXSettings     `group:"PBX"`
}

// Validate reports every fault of the settings; kong calls it.
func (s *WorkSettings) Validate() error {
	faults := check(&s.SiteSettings, &s.StorageSettings, &s.LedgerSettings, &s.EngineSettings, &s.MessageSettings, &s.PBXSettings)
	return joinFaults(append(
		faults,
		fault(s.BaseURL != "", "base-url", "is needed: messages link to the web service"),
		s.publishFault(&s.StorageSettings),
		// A second log in this worker's folder would be a second ledger.
		fault(s.Ledger == "fabric", "ledger", "a worker needs --ledger fabric: the embedded ledger has one writer, the service"),
	))
}

// OutboxEnabled reports whether messages without a provider go to the outbox
// page of the service: a worker beside it on the same machine.
func (s *WorkSettings) OutboxEnabled() bool {
	u, err := url.Parse(s.BaseURL)
	return err == nil && s.MessageSettings.outbox(loopbackHost(u.Hostname()))
}

// SiteSettings is how the service names itself in pages and messages.
type SiteSettings struct {
	BaseURL        string `name:"base-url" env:"VOUCHLINE_BASE_URL" placeholder:"URL" help:"Address people reach the service at; links in messages start with it, and cookies are Secure when it is https. Default: http:// and the listen address, on a loopback address only."`
	Name           string `name:"name" env:"VOUCHLINE_NAME" default:"Vouchline" help:"The service's name in pages and messages."`
	DefaultCountry string `name:"default-country" env:"VOUCHLINE_DEFAULT_COUNTRY" default:"BJ" placeholder:"ALPHA-2" help:"Country (ISO 3166-1 alpha-2) of phone numbers typed without a prefix."`
}

// WebSettings is how the web service listens.
type WebSettings struct {
	SiteSettings   `group:"Site"`
	Listen         string   `name:"listen" env:"VOUCHLINE_LISTEN" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address the web service listens on."`
	TrustedProxies []string `name:"trusted-proxies" env:"VOUCHLINE_TRUSTED_PROXIES" placeholder:"CIDR,..." help:"Networks of proxies whose X-Forwarded-For is believed. Default: none, so that nobody chooses the address the limits count by."`
	LiveWords      string   `name:"live-words" env:"VOUCHLINE_LIVE_WORDS" default:"auto" oneof:"auto,en,fr" help:"Language of the words held up in the live step: auto (the page's), en or fr."`
	LiveScreen     string   `name:"live-screen" env:"VOUCHLINE_LIVE_SCREEN" default:"off" oneof:"off,on" help:"Let people show the live step's words on another screen instead of paper: off or on. On also helps who draws them into a film."`
	Metrics        string   `name:"metrics" env:"VOUCHLINE_METRICS" placeholder:"HOST:PORT" help:"Serve Prometheus metrics on this separate address, for scrapers only. Default: no metrics."`
}

// PublicURL returns the address people reach the service at.
func (s *WebSettings) PublicURL() string {
	if s.BaseURL != "" {
		return strings.TrimSuffix(s.BaseURL, "/")
	}
	return "http://" + s.Listen
}

// StorageSettings is where data lies. Commands that only touch the database
// embed it alone.
type StorageSettings struct {
	DataDir         string        `name:"data-dir" env:"VOUCHLINE_DATA_DIR" default:"var/data" placeholder:"DIR" help:"Folder of everything the service writes."`
	Database        DSN           `name:"database" env:"VOUCHLINE_DATABASE" placeholder:"DSN" help:"postgres:// URL, or an SQLite file. Default: vouchline.db in the data folder."`
	OperatorKeyFile string        `name:"operator-key-file" env:"VOUCHLINE_OPERATOR_KEY_FILE" placeholder:"FILE" help:"Key that wraps every subject's data key; made on first start. Losing it loses all evidence. Default: operator.key in the data folder."`
	Blobs           string        `name:"blobs" env:"VOUCHLINE_BLOBS" placeholder:"DIR|s3://BUCKET" help:"Where sealed evidence lies: a folder or an S3 bucket URL. Default: blobs in the data folder."`
	Retention       time.Duration `name:"retention" env:"VOUCHLINE_RETENTION" default:"720h" placeholder:"DURATION" help:"How long an enrollment waits for its applicant before it expires, and how long one without an identity is kept after that."`
}

// DatabaseDSN returns the database: a postgres URL or the path of a file.
func (s *StorageSettings) DatabaseDSN() DSN {
	if s.Database == "" {
		return DSN(filepath.Join(s.DataDir, "vouchline.db"))
	}
	return s.Database
}

// OperatorKeyPath returns the operator's key file.
func (s *StorageSettings) OperatorKeyPath() string {
	return orUnder(s.OperatorKeyFile, s.DataDir, "operator.key")
}

// BlobsPath returns the folder or s3:// URL of sealed evidence.
func (s *StorageSettings) BlobsPath() string { return orUnder(s.Blobs, s.DataDir, "blobs") }

// LedgerPlace says which ledger it is.
type LedgerPlace struct {
	Ledger        string `name:"ledger" env:"VOUCHLINE_LEDGER" default:"embedded" oneof:"embedded,fabric" help:"Where identities are minted: embedded (a signed log in the ledger folder) or fabric."`
	LedgerDir     string `name:"ledger-dir" env:"VOUCHLINE_LEDGER_DIR" placeholder:"DIR" help:"Folder of the embedded ledger. Default: ledger in the data folder."`
	FabricProfile string `name:"fabric-profile" env:"VOUCHLINE_FABRIC_PROFILE" placeholder:"FILE" help:"Connection profile of the organisation that writes; needed with --ledger fabric."`
}

// LedgerSettings chooses the ledger, and who else is asked about it.
type LedgerSettings struct {
	LedgerPlace

	FabricVerifyProfile string `name:"fabric-verify-profile" env:"VOUCHLINE_FABRIC_VERIFY_PROFILE" placeholder:"FILE" help:"Connection profile of a second organisation, whose peers the record is read back from."`
}

// LedgerPath returns the folder of the embedded ledger.
func (s *LedgerPlace) LedgerPath(dataDir string) string {
	return orUnder(s.LedgerDir, dataDir, "ledger")
}

// EngineSettings bounds the child processes that read documents and faces.
type EngineSettings struct {
	Models        string        `name:"models" env:"VOUCHLINE_MODELS" placeholder:"DIR" help:"Folder of model files. Default: models/files, then ../shared/models. Without them the affected checks go to a reviewer."`
	ModelManifest string        `name:"model-manifest" env:"VOUCHLINE_MODEL_MANIFEST" placeholder:"FILE" help:"JSON manifest of embedding models of yours, added to the product's (docs/models.md). Default: none."`
	EngineWorkers int           `name:"engine-workers" env:"VOUCHLINE_ENGINE_WORKERS" default:"0" placeholder:"N" help:"Engine processes kept running. 0: one a processor, at most 4."`
	EngineTimeout time.Duration `name:"engine-timeout" env:"VOUCHLINE_ENGINE_TIMEOUT" default:"30s" placeholder:"DURATION" help:"Longest time for one photograph; then its process is killed and the job tried again."`
	ReferHints    []string      `name:"refer-hints" env:"VOUCHLINE_REFER_HINTS" default:"print_differs" placeholder:"HINT,..." help:"Hints about a document of which one alone refers a case: screen_replay, monochrome_copy, print_differs, mrz_font; or none. Two together always do."`
	FaceHints     string        `name:"face-hints" env:"VOUCHLINE_FACE_HINTS" default:"off" oneof:"off,on" help:"Estimate age, sex and expression from the applicant's photograph and show them to reviewers with their error rates: off or on. Never part of a decision; off computes nothing."`
}

// LoneHints returns the hints that refer alone; never nil, which would stand
// for the default.
func (s *EngineSettings) LoneHints() []ocr.HintName {
	hints := []ocr.HintName{}
	for _, h := range s.ReferHints {
		if h != "none" {
			hints = append(hints, ocr.HintName(h))
		}
	}
	return hints
}

// modelsFlag is the same choice as a tool has it.
func (s *EngineSettings) modelsFlag() ModelsFlag {
	return ModelsFlag{Models: s.Models, ModelManifest: s.ModelManifest}
}

// Workers returns how many engine processes to keep.
func (s *EngineSettings) Workers() int {
	if s.EngineWorkers > 0 {
		return s.EngineWorkers
	}
	return min(runtime.NumCPU(), 4)
}

// MessageSettings is how messages leave.
type MessageSettings struct {
	Outbox string `name:"outbox" env:"VOUCHLINE_OUTBOX" default:"auto" oneof:"auto,on,off" help:"Show messages that no provider takes on a page: auto, on or off. Refused on an address others can reach. Auto: on when a provider is missing and the listen address is loopback."`
	SMTPSettings
	SMSSettings
}

// outbox decides whether messages without a provider are shown on a page.
func (s *MessageSettings) outbox(loopback bool) bool {
	switch s.Outbox {
	case "on":
		return loopback
	case "auto":
		return loopback && (s.SMTPHost == "" || s.SMSProvider == "none")
	default:
		return false
	}
}

// SMTPSettings is the mail server that takes e-mails.
type SMTPSettings struct {
	SMTPHost         string `name:"smtp-host" env:"VOUCHLINE_SMTP_HOST" placeholder:"HOST" help:"Mail server. Default: none."`
	SMTPPort         int    `name:"smtp-port" env:"VOUCHLINE_SMTP_PORT" default:"587" placeholder:"PORT" help:"Its port."`
	SMTPSecurity     string `name:"smtp-security" env:"VOUCHLINE_SMTP_SECURITY" default:"starttls" oneof:"starttls,tls,none" help:"starttls (required, never downgraded), tls, or none."`
	SMTPUsername     string `name:"smtp-username" env:"VOUCHLINE_SMTP_USERNAME" placeholder:"NAME" help:"User name, if the server asks for one."`
	SMTPPassword     Secret `name:"smtp-password" env:"VOUCHLINE_SMTP_PASSWORD" placeholder:"SECRET" help:"Password. Flags are seen by other users of the machine: prefer the file."`
	SMTPPasswordFile string `name:"smtp-password-file" env:"VOUCHLINE_SMTP_PASSWORD_FILE" placeholder:"FILE" help:"File that holds the password."`
	SMTPFrom         string `name:"smtp-from" env:"VOUCHLINE_SMTP_FROM" placeholder:"ADDRESS" help:"Sender of e-mails; needed with a mail server."`
}

// SMTPSecret returns the password from whichever place holds it.
func (s *SMTPSettings) SMTPSecret() (Secret, error) {
	return secretFrom(s.SMTPPassword, s.SMTPPasswordFile)
}

// SMSSettings is the provider that takes SMS.
type SMSSettings struct {
	SMSProvider string `name:"sms-provider" env:"VOUCHLINE_SMS_PROVIDER" default:"none" oneof:"none,smpp,twilio,http" help:"none, smpp, twilio (its API's form) or http (a gateway described below)."`
	SMSFrom     string `name:"sms-from" env:"VOUCHLINE_SMS_FROM" placeholder:"NUMBER|NAME" help:"Sender of SMS, for every provider (SMPP: the source address)."`

	SMPPAddr         string `name:"smpp-addr" env:"VOUCHLINE_SMPP_ADDR" placeholder:"HOST:PORT" help:"SMPP 3.4 server."`
	SMPPSystemID     string `name:"smpp-system-id" env:"VOUCHLINE_SMPP_SYSTEM_ID" placeholder:"ID" help:"SMPP system_id."`
	SMPPPassword     Secret `name:"smpp-password" env:"VOUCHLINE_SMPP_PASSWORD" placeholder:"SECRET" help:"SMPP password: prefer the file."`
	SMPPPasswordFile string `name:"smpp-password-file" env:"VOUCHLINE_SMPP_PASSWORD_FILE" placeholder:"FILE" help:"File that holds the SMPP password."`
	SMPPTLS          bool   `name:"smpp-tls" env:"VOUCHLINE_SMPP_TLS" help:"Speak SMPP over TLS."`

	TwilioAccountSID string `name:"twilio-account-sid" env:"VOUCHLINE_TWILIO_ACCOUNT_SID" placeholder:"SID" help:"Twilio account."`
	TwilioToken      Secret `name:"twilio-token" env:"VOUCHLINE_TWILIO_TOKEN" placeholder:"SECRET" help:"Twilio auth token: prefer the file."`
	TwilioTokenFile  string `name:"twilio-token-file" env:"VOUCHLINE_TWILIO_TOKEN_FILE" placeholder:"FILE" help:"File that holds the auth token."`
	TwilioURL        string `name:"twilio-url" env:"VOUCHLINE_TWILIO_URL" placeholder:"URL" help:"Base of an API in Twilio's form. Default: Twilio's own."`

	SMSHTTPURL     string            `name:"sms-http-url" env:"VOUCHLINE_SMS_HTTP_URL" placeholder:"URL" help:"HTTP gateway; may be a template as the body."`
	SMSHTTPMethod  string            `name:"sms-http-method" env:"VOUCHLINE_SMS_HTTP_METHOD" default:"POST" oneof:"POST,PUT,GET" help:"Its method: POST, PUT or GET."`
	SMSHTTPHeaders map[string]Secret `name:"sms-http-header" env:"VOUCHLINE_SMS_HTTP_HEADER" placeholder:"NAME=VALUE" help:"Headers sent, such as Authorization; several are separated by semicolons."`
	SMSHTTPBody    string            `name:"sms-http-body" env:"VOUCHLINE_SMS_HTTP_BODY" placeholder:"TEMPLATE" help:"Body as a Go template over .To, .From, .Text and .ID; the function json quotes a value."`
}

// SMPPSecret returns the SMPP password from whichever place holds it.
func (s *SMSSettings) SMPPSecret() (Secret, error) {
	return secretFrom(s.SMPPPassword, s.SMPPPasswordFile)
}

// TwilioSecret returns the auth token from whichever place holds it.
func (s *SMSSettings) TwilioSecret() (Secret, error) {
	return secretFrom(s.TwilioToken, s.TwilioTokenFile)
}

// A Command is a program and its arguments.
type Command []string

// UnmarshalText splits at spaces; single and double quotes keep words
// together. Nothing else is special: no shell ever sees it.
func (c *Command) UnmarshalText(text []byte) error {
	var word strings.Builder
	var quote rune
	*c, quote = nil, 0
	begun := false
	for _, r := range string(text) {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if begun {
				*c = append(*c, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quote != 0 {
		return fmt.Errorf("%q has a quote that is not closed", text)
	}
	if begun {
		*c = append(*c, word.String())
	}
	return nil
}

func orUnder(path, dir, name string) string {
	if path != "" {
		return path
	}
	return filepath.Join(dir, name)
}

// secretFrom prefers the file: the flag may hold a default from elsewhere.
func secretFrom(s Secret, file string) (Secret, error) {
	if file == "" {
		return s, nil
	}
	b, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return "", err
	}
	return Secret(strings.TrimRight(string(b), "\r\n")), nil
}

func loopbackAddress(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	return err == nil && loopbackHost(host)
}

func loopbackHost(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

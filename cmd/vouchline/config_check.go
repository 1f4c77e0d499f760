package main

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
)

// faulter is a group of settings that knows its faults.
type faulter interface {
	faults() []error
}

// check collects the faults of groups, the tag "oneof" included.
func check(groups ...faulter) []error {
	var out []error
	for _, g := range groups {
		out = append(out, oneOfFaults(reflect.ValueOf(g).Elem())...)
		out = append(out, g.faults()...)
	}
	return out
}

// joinFaults turns faults into one error, one a line.
func joinFaults(faults []error) error {
	faults = slices.DeleteFunc(faults, func(err error) bool { return err == nil })
	switch len(faults) {
	case 0:
		return nil
	case 1:
		return faults[0]
	default:
		return fmt.Errorf("%d settings are wrong:\n%w", len(faults), errors.Join(faults...))
	}
}

func oneOfFaults(v reflect.Value) []error {
	var out []error
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Anonymous {
			out = append(out, oneOfFaults(v.Field(i))...)
			continue
		}
		values, ok := field.Tag.Lookup("oneof")
		if ok && !slices.Contains(strings.Split(values, ","), v.Field(i).String()) {
			out = append(out, fmt.Errorf("--%s: %q is none of %s", field.Tag.Get("name"), v.Field(i).String(), strings.ReplaceAll(values, ",", ", ")))
		}
	}
	return out
}

// fault names the setting that is wrong, or is nil when ok.
func fault(ok bool, setting, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("--%s: %s", setting, fmt.Sprintf(format, args...))
}

var alpha2 = regexp.MustCompile(`^[A-Z]{2}$`)

func (s *SiteSettings) faults() []error {
	return []error{
		fault(s.BaseURL == "" || httpURL(s.BaseURL), "base-url", "%q is not an http or https address", s.BaseURL),
		fault(s.Name != "", "name", "is empty"),
		fault(alpha2.MatchString(s.DefaultCountry), "default-country", "%q is not two capital letters, such as BJ", s.DefaultCountry),
	}
}

func (s *WebSettings) faults() []error {
	faults := s.SiteSettings.faults()
	for _, network := range s.TrustedProxies {
		_, err := netip.ParsePrefix(network)
		faults = append(faults, fault(err == nil, "trusted-proxies", "%q is not a network, such as 10.0.0.0/8", network))
	}
	return append(
		faults,
		fault(hostPort(s.Listen), "listen", "%q is not HOST:PORT", s.Listen),
		fault(s.Metrics == "" || hostPort(s.Metrics), "metrics", "%q is not HOST:PORT", s.Metrics),
		// Links in messages must not lead to 0.0.0.0, nor to a host of the
		// request's choosing: that would let a stranger have them sent astray.
		fault(s.BaseURL != "" || !hostPort(s.Listen) || loopbackAddress(s.Listen), "base-url", "is needed: %s is not a loopback address", s.Listen),
	)
}

func (s *StorageSettings) faults() []error {
	scheme, _, hasScheme := strings.Cut(string(s.Database), "://")
	return []error{
		fault(s.DataDir != "", "data-dir", "is empty"),
		fault(!hasScheme || s.Database.Postgres(), "database", "%s:// is neither postgres:// nor a file", scheme),
		fault(!strings.Contains(s.Blobs, "://") || strings.HasPrefix(s.Blobs, "s3://"), "blobs", "%q is neither a folder nor s3://", s.Blobs),
	}
}

func (s *LedgerPlace) faults() []error {
	return []error{
		fileFault("fabric-profile", s.FabricProfile),
		fault(s.Ledger != "fabric" || s.FabricProfile != "", "fabric-profile", "is needed with --ledger fabric"),
	}
}

func (s *LedgerSettings) faults() []error {
	return append(s.LedgerPlace.faults(), fileFault("fabric-verify-profile", s.FabricVerifyProfile))
}

func (s *EngineSettings) faults() []error {
	out := []error{
		fault(s.EngineWorkers >= 0, "engine-workers", "%d is negative", s.EngineWorkers),
		fault(s.EngineTimeout > 0, "engine-timeout", "%s is not a time to wait", s.EngineTimeout),
	}
	for _, h := range s.ReferHints {
		known := h == "none" || slices.Contains(kyc.HintNames(), ocr.HintName(h))
		out = append(out, fault(known, "refer-hints", "%q is no hint", h))
	}
	return out
}

func (s *MessageSettings) faults() []error {
	return append(s.SMTPSettings.faults(), s.SMSSettings.faults()...)
}

func (s *SMTPSettings) faults() []error {
	faults := []error{
		fault(s.SMTPPort > 0 && s.SMTPPort < 65536, "smtp-port", "%d is not a port", s.SMTPPort),
		fault(s.SMTPPassword == "" || s.SMTPPasswordFile == "", "smtp-password", "is set twice: here and by --smtp-password-file"),
		fileFault("smtp-password-file", s.SMTPPasswordFile),
	}
	if s.SMTPHost != "" {
		_, err := mail.ParseAddress(s.SMTPFrom)
		faults = append(
			faults,
			fault(err == nil, "smtp-from", "%q is not an e-mail address; one is needed with --smtp-host", s.SMTPFrom),
			fault(s.SMTPUsername != "" || s.SMTPPassword == "" && s.SMTPPasswordFile == "", "smtp-username", "is needed with a password"),
			// PLAIN over a clear line gives the password to whoever listens.
			fault(s.SMTPUsername == "" || s.SMTPSecurity != "none" || loopbackHost(s.SMTPHost), "smtp-security", "none would send the password in the clear"),
		)
	}
	return faults
}

func (s *SMSSettings) faults() []error {
	faults := []error{
		fault(s.SMPPPassword == "" || s.SMPPPasswordFile == "", "smpp-password", "is set twice: here and by --smpp-password-file"),
		fault(s.TwilioToken == "" || s.TwilioTokenFile == "", "twilio-token", "is set twice: here and by --twilio-token-file"),
		fileFault("smpp-password-file", s.SMPPPasswordFile),
		fileFault("twilio-token-file", s.TwilioTokenFile),
	}
	switch s.SMSProvider {
	case "smpp":
		faults = append(
			faults,
			fault(hostPort(s.SMPPAddr), "smpp-addr", "%q is not HOST:PORT; needed with --sms-provider smpp", s.SMPPAddr),
			fault(s.SMPPSystemID != "", "smpp-system-id", "is needed with --sms-provider smpp"),
			fault(s.SMSFrom != "", "sms-from", "is needed with --sms-provider smpp"),
		)
	case "twilio":
		faults = append(
			faults,
			fault(s.TwilioAccountSID != "", "twilio-account-sid", "is needed with --sms-provider twilio"),
			fault(s.TwilioToken != "" || s.TwilioTokenFile != "", "twilio-token-file", "is needed with --sms-provider twilio"),
			fault(s.TwilioURL == "" || httpURL(s.TwilioURL), "twilio-url", "%q is not an http or https address", s.TwilioURL),
			fault(s.SMSFrom != "", "sms-from", "is needed with --sms-provider twilio"),
		)
	case "http":
		faults = append(
			faults,
			fault(httpURL(s.SMSHTTPURL), "sms-http-url", "%q is not an http or https address; needed with --sms-provider http", s.SMSHTTPURL),
			bodyFault(s.SMSHTTPBody),
		)
	}
	return faults
}

// bodyFault parses the template with the function's name only; notify/sms
// gives it its meaning.
func bodyFault(body string) error {
	_, err := template.New("body").Funcs(template.FuncMap{"json": func(any) string { return "" }}).Parse(body)
	if err != nil {
		return fmt.Errorf("--sms-http-body: %w", err)
	}
	return nil
}

// crossFaults holds what only several groups together can tell.
func (s *ServeSettings) crossFaults(listen string) []error {
	if !hostPort(listen) || loopbackAddress(listen) {
		return nil
	}
	return []error{
		fault(s.Outbox != "on", "outbox", "on is refused: %s is not a loopback address, and the page shows codes and links", listen),
		fault(s.SMTPHost != "", "smtp-host", "is needed: %s is not a loopback address, so there is no outbox", listen),
		fault(s.SMSProvider != "none", "sms-provider", "is needed: %s is not a loopback address, so there is no outbox", listen),
	}
}

func fileFault(setting, path string) error {
	if path == "" {
		return nil
	}
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("--%s: %w", setting, err)
	}
	return f.Close()
}

func hostPort(s string) bool {
	_, port, err := net.SplitHostPort(s)
	return err == nil && port != ""
}

func httpURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

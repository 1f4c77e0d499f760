package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/vouchline/vouchline/internal/golden"
	"github.com/vouchline/vouchline/ocr"
)

// parseServe parses args as the settings of serve, as run does.
func parseServe(t *testing.T, args ...string) (*ServeSettings, error) {
	t.Helper()
	var cli struct {
		Config kong.ConfigFlag `env:"VOUCHLINE_CONFIG"`
		ServeSettings
	}
	parser, err := kong.New(&cli, kong.Configuration(loadTOML), kong.Exit(func(int) { t.Error("kong wants to exit") }))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	return &cli.ServeSettings, err
}

func TestServeSettingsDefaults(t *testing.T) {
	t.Parallel()
	s, err := parseServe(t)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, got, want string
	}{
		{"listen", s.Listen, "127.0.0.1:8080"},
		{"public URL", s.PublicURL(), "http://127.0.0.1:8080"},
		{"database", s.DatabaseDSN().Reveal(), "var/data/vouchline.db"},
		{"operator key", s.OperatorKeyPath(), "var/data/operator.key"},
		{"blobs", s.BlobsPath(), "var/data/blobs"},
		{"ledger", s.Ledger, "embedded"},
		{"ledger folder", s.LedgerPath(s.DataDir), "var/data/ledger"},
		{"pbx folder", s.PBXPath(s.DataDir), "var/data/pbx"},
		{"extensions", s.PBXExtensions, "2000000-2999999"},
		{"outbox", strconv.FormatBool(s.OutboxEnabled()), "true"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("default %s = %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestServeSettingsFaultsTogether(t *testing.T) {
	t.Parallel()
	_, err := parseServe(t,
		"--listen=8080", "--base-url=ftp://x", "--default-country=Benin", "--live-words=de", "--trusted-proxies=10.0.0.1",
		"--database=mysql://x", "--ledger=fabric", "--engine-workers=-1", "--engine-timeout=0s", "--refer-hints=mrz_font,shadow",
		"--smtp-host=mail.example", "--smtp-username=u", "--smtp-security=none", "--sms-provider=smpp", "--pbx-extensions=9-1",
	)
	if err == nil {
		t.Fatal("Parse(faulty settings) = nil, want an error")
	}
	for _, setting := range []string{
		"listen", "base-url", "default-country", "live-words", "trusted-proxies", "database", "fabric-profile", "engine-workers", "engine-timeout", "refer-hints",
		"smtp-from", "smtp-security", "smpp-addr", "smpp-system-id", "sms-from", "pbx-extensions",
	} {
		if !strings.Contains(err.Error(), "--"+setting+":") {
			t.Errorf("the error does not name --%s:\n%v", setting, err)
		}
	}
}

// TestLoneHints: "none" must not become nil, which stands for the default.
func TestLoneHints(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string][]ocr.HintName{
		"--name=x":                             {ocr.HintPrintDiffers},
		"--refer-hints=none":                   {},
		"--refer-hints=mrz_font,print_differs": {ocr.HintMRZFont, ocr.HintPrintDiffers},
	} {
		s, err := parseServe(t, arg)
		if got := s.LoneHints(); err != nil || got == nil || !slices.Equal(got, want) {
			t.Errorf("%s: hints = %v, %v, want %v", arg, got, err, want)
		}
	}
}

func TestServeSettingsRefused(t *testing.T) {
	t.Parallel()
	public := []string{"--listen=0.0.0.0:80", "--base-url=https://id.example"}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"outbox others can reach", append(public, "--outbox=on"), "--outbox: on is refused"},
		{"no mail server and no outbox", public, "--smtp-host: is needed"},
		{"no base URL for others", []string{"--listen=:80"}, "--base-url: is needed"},
		{"password twice", []string{"--smtp-password=a", "--smtp-password-file=" + os.DevNull}, "set twice"},
		{"missing file", []string{"--smtp-password-file=/does/not/exist"}, "no such file"},
		{"body template", []string{"--sms-provider=http", "--sms-http-url=http://x", "--sms-http-body={{"}, "--sms-http-body"},
		{"open quote", []string{"--pbx-reload=asterisk -rx 'module"}, "not closed"},
		{"extensions without a dash", []string{"--pbx-extensions=12"}, "FIRST-LAST"},
		{"unknown provider", []string{"--sms-provider=pigeon"}, `"pigeon" is none of none, smpp`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := parseServe(t, tt.args...)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse(%q) = %v, want an error with %q", tt.args, err, tt.want)
			}
		})
	}
}

func TestOutboxEnabled(t *testing.T) {
	t.Parallel()
	providers := []string{"--smtp-host=m", "--smtp-from=a@b.example", "--sms-provider=http", "--sms-http-url=http://g/"}
	tests := []struct {
		name string
		args []string
		want bool
	}{
		{"auto without providers", nil, true},
		{"auto with both", providers, false},
		{"auto with one", providers[:2], true},
		{"on with both", append(providers, "--outbox=on"), true},
		{"off without providers", []string{"--outbox=off"}, false},
		{"IPv6 loopback", []string{"--listen=[::1]:80"}, true},
		{"by name", []string{"--listen=localhost:80"}, true},
		{"on every address", append(providers, "--listen=:80", "--base-url=http://x"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := parseServe(t, tt.args...)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.OutboxEnabled(); got != tt.want {
				t.Errorf("OutboxEnabled() with %q = %v, want %v", tt.args, got, tt.want)
			}
		})
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		want     Command
	}{
		{"nothing", "", nil},
		{"words", " a  b\tc ", Command{"a", "b", "c"}},
		{"single quotes", "asterisk -rx 'module reload res_pjsip.so'", Command{"asterisk", "-rx", "module reload res_pjsip.so"}},
		{"double quotes", `say "it's" x"y"z`, Command{"say", "it's", "xyz"}},
		{"empty argument", "a '' b", Command{"a", "", "b"}},
		{"no shell", "a;b $c `d`", Command{"a;b", "$c", "`d`"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got Command
			if err := got.UnmarshalText([]byte(tt.in)); err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("UnmarshalText(%q) = %q, %v, want %q", tt.in, got, err, tt.want)
			}
		})
	}
	s, err := parseServe(t, "--pbx-reload=asterisk -rx 'core show uptime'")
	if want := (Command{"asterisk", "-rx", "core show uptime"}); err != nil || !slices.Equal(s.PBXReload, want) {
		t.Errorf("--pbx-reload = %q, %v, want %q", s.PBXReload, err, want)
	}
}

// TestPrecedence changes the process's environment, so it is not parallel.
func TestPrecedence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vouchline.toml")
	text := `
name = "File"
default_country = "FR"
engine-workers = 3
engine-timeout = "5s"
listen = "127.0.0.1:1"

[smtp]
host = "file.example"
port = 25
from = "a@b.example"

[sms-http]
header = { Authorization = "Bearer x" }
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VOUCHLINE_CONFIG", file)
	t.Setenv("VOUCHLINE_NAME", "Environment")
	t.Setenv("VOUCHLINE_LISTEN", "127.0.0.1:2")
	s, err := parseServe(t, "--listen=127.0.0.1:3")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name      string
		got, want any
	}{
		{"flag", s.Listen, "127.0.0.1:3"},
		{"environment", s.Name, "Environment"},
		{"file", s.DefaultCountry, "FR"},
		{"number", s.EngineWorkers, 3},
		{"duration", s.EngineTimeout, 5 * time.Second},
		{"table", s.SMTPHost, "file.example"},
		{"number in a table", s.SMTPPort, 25},
		{"map", s.SMSHTTPHeaders["Authorization"].Reveal(), "Bearer x"},
		{"default", s.Ledger, "embedded"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s = %v, want %v", tt.name, tt.got, tt.want)
		}
	}
}

func TestUnknownKeysRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "vouchline.toml")
	if err := os.WriteFile(file, []byte("lisen = \"x\"\n[smtp]\nhots = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := parseServe(t, "--config", file)
	if want := "no such setting: lisen, smtp-hots"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Parse(file with unknown keys) = %v, want %q", err, want)
	}
}

func TestSecretFiles(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := parseServe(t, "--smtp-password-file", file)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.SMTPSecret(); got.Reveal() != "hush" || err != nil {
		t.Errorf("SMTPSecret() = %q, %v, want hush", got.Reveal(), err)
	}
}

func TestSecretsRedactThemselves(t *testing.T) {
	t.Parallel()
	const secret = "correct-horse"
	settings := &ServeSettings{}
	settings.SMTPPassword = secret
	settings.SMPPPassword = secret
	settings.TwilioToken = secret
	settings.SMSHTTPHeaders = map[string]Secret{"Authorization": secret}
	settings.Database = "postgres://u:" + secret + "@db.example/v?sslpassword=" + secret
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "settings", settings, "password", settings.SMTPPassword, "database", settings.Database)
	asJSON, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	for name, out := range map[string]string{
		"%v": fmt.Sprintf("%v", settings), "%+v": fmt.Sprintf("%+v", settings), "%#v": fmt.Sprintf("%#v", settings),
		"slog": log.String(), "json": string(asJSON),
	} {
		if strings.Contains(out, secret) {
			t.Errorf("%s gives the secret away: %s", name, out)
		}
	}
	if got := DSN("postgres://u:p%zz@x").String(); got != redacted {
		t.Errorf("DSN that cannot be parsed prints %q, want %q", got, redacted)
	}
}

// TestConfigurationDocs generates docs/configuration.md from the structs and
// checks that every setting has its variable.
func TestConfigurationDocs(t *testing.T) {
	t.Parallel()
	var cli struct {
		Serve struct{ ServeSettings } `cmd:""`
	}
	parser, err := kong.New(&cli, kong.Exit(func(int) {}), kong.Writers(io.Discard, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string][]*kong.Flag{}
	var order []string
	for _, flag := range parser.Model.Children[0].Flags {
		if want := "VOUCHLINE_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_")); !slices.Equal(flag.Envs, []string{want}) {
			t.Errorf("--%s reads %v, want %s", flag.Name, flag.Envs, want)
		}
		if flag.Group == nil {
			t.Errorf("--%s has no group", flag.Name)
			continue
		}
		if _, seen := groups[flag.Group.Title]; !seen {
			order = append(order, flag.Group.Title)
		}
		groups[flag.Group.Title] = append(groups[flag.Group.Title], flag)
	}
	golden.Check(t, filepath.Join("..", "..", "docs", "configuration.md"), renderConfiguration(order, groups))
}

func renderConfiguration(order []string, groups map[string][]*kong.Flag) []byte {
	var b bytes.Buffer
	b.WriteString(configurationHead)
	for _, group := range order {
		fmt.Fprintf(&b, "\n## %s\n\n| flag | variable | default | meaning |\n|---|---|---|---|\n", group)
		for _, flag := range groups[group] {
			value := ""
			if flag.HasDefault {
				value = "`" + flag.Default + "`"
			}
			help := strings.ReplaceAll(flag.OrigHelp, "|", `\|`)
			fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s |\n", flag.Name, flag.Envs[0], value, help)
		}
	}
	return b.Bytes()
}

const configurationHead = `# Configuration

Written by ` + "`go test ./cmd/vouchline -run TestConfigurationDocs -update`" + ` from cmd/vouchline/config.go and its neighbours; do not edit.

A setting's value comes from the first of: the flag, the environment variable, the file named by ` + "`--config`" + `
(or ` + "`VOUCHLINE_CONFIG`" + `), the default. All faults are reported at once, before anything is opened.

The file is TOML; keys are the flags' names, and a table's name is a prefix:

` + "```toml" + `
listen = "127.0.0.1:8080"
ledger = "fabric"
fabric-profile = "var/fabric/org1.json"

[smtp]
host = "mail.example.org"
from = "Vouchline <no-reply@example.org>"
password-file = "/run/secrets/smtp"
` + "```" + `

A key that no command knows is an error. Secrets are best given by file; what prints settings prints them as ` + "`[redacted]`" + `.
` + "`vouchline serve`" + ` takes all settings, ` + "`vouchline work`" + ` all but those of the web service.
`

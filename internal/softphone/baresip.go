package softphone

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/pbx/phone"
)

// A Baresip is a phone into which somebody has typed settings. It answers
// every call.
type Baresip struct {
	tb  testing.TB
	dir string
	on  *process
}

// profile is its configuration. An audio source must be of the rate of the only
// codec, and recordings go where the phone's own sounds are looked for.
const profile = `sip_listen 127.0.0.1:0
net_interface 127.0.0.1
audio_source aufile,%[1]s/tone.wav
snd_path %[1]s
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_channels 1
module_path %[2]s
module sndfile.so
module aufile.so
module g711.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
`

// StartBaresip switches a baresip on that has the settings, or skips the test.
func StartBaresip(tb testing.TB, typed []phone.Setting, t Tone) *Baresip {
	tb.Helper()
	program := testenv.Program(tb, "baresip")
	b := &Baresip{tb: tb, dir: tb.TempDir()}
	modules, err := moduleFolder()
	testenv.Need(tb, "baresip", err)
	for name, content := range map[string]string{
		"config": fmt.Sprintf(profile, b.dir, modules), "accounts": account(typed), "contacts": "", "tone.wav": string(t.wav()),
	} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(content), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	b.on = run(tb, b.dir, program, "-f", b.dir)
	return b
}

// moduleFolder is where Debian has them, or the program's own installation.
func moduleFolder() (string, error) {
	for _, dir := range []string{"/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules"} {
		if _, err := os.Stat(filepath.Join(dir, "sndfile.so")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("no modules of baresip")
}

// account writes the settings as baresip has them.
func account(typed []phone.Setting) string {
	value := map[string]string{}
	for _, s := range typed {
		value[s.Name] = s.Value
	}
	return fmt.Sprintf("%q <sip:%s@%s;transport=%s>;auth_user=%s;auth_pass=%s;outbound=\"sip:%s;transport=%[4]s\";regint=60;audio_codecs=pcmu;answermode=auto\n",
		value[phone.DisplayName], value[phone.Number], value[phone.Domain], value[phone.Transport], value[phone.Username], value[phone.Password], value[phone.Server])
}

// registered is what it says of a registration, a failure in red.
var registered = regexp.MustCompile(`(?m)^(?:\S+: \{\d/\S+\} |\x1b\[31mreg: \S+: )(.*)\n`)

// Registration waits until the phone itself says that it is registered, or why
// it is not.
func (b *Baresip) Registration() (ok bool, reason string) {
	b.tb.Helper()
	var m [][]byte
	b.on.await(b.tb, "the end of a registration", func() bool {
		m = registered.FindSubmatch(b.on.said.bytes())
		return m != nil
	})
	return bytes.HasPrefix(m[1], []byte("200 ")), string(m[1])
}

// Hears waits until the phone has heard a second of the tone.
func (b *Baresip) Hears(t Tone) {
	b.tb.Helper()
	b.on.await(b.tb, fmt.Sprintf("baresip to hear %d Hz", t), func() bool {
		recordings, err := filepath.Glob(filepath.Join(b.dir, "dump-*-dec.wav"))
		if err != nil {
			b.tb.Fatal(err)
		}
		return slices.ContainsFunc(recordings, func(path string) bool { return hears(b.tb, t, path) })
	})
}

// hears is Tone.heardIn for a recording that a test relies on.
func hears(tb testing.TB, t Tone, path string) bool {
	tb.Helper()
	heard, err := t.heardIn(path)
	if err != nil {
		tb.Fatal(err)
	}
	return heard
}

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/templates"
)

const telephony = "pbx.vouchline.test" // realm and domain of the lines

// A caller is a subscriber with a browser, a line and the PBX it is on.
type caller struct {
	*life

	pbx *asterisktest.Server
}

// A subscriber's browser registers at a real Asterisk, calls the echo service
// and gets its own sound back, encrypted; the line's phone, which knows nothing
// of encryption, works beside it. What goes wrong is told in words.
func TestCallFromTheBrowser(t *testing.T) {
	t.Parallel()
	if _, built := templates.Source("built/call.js"); !built {
		testenv.Need(t, "webphone", errors.New("scripts/webphone.sh has not been run"))
	}
	for name, connect := range map[string]func(*testing.T, map[string]string) *asterisktest.Server{"files": byFiles, "realtime": byViews} {
		t.Run(name, func(t *testing.T) { newCaller(t, name, connect).callsAndFails() })
	}
}

// byFiles has the service write files that Asterisk includes.
func byFiles(t *testing.T, settings map[string]string) *asterisktest.Server {
	t.Helper()
	server := asterisktest.Start(t, telephony)
	settings["PBX_DIR"] = server.Accounts
	settings["PBX_CONSOLE"] = strings.Join(server.Console(), " ")
	return server
}

// byViews has Asterisk read the service's database.
func byViews(t *testing.T, settings map[string]string) *asterisktest.Server {
	t.Helper()
	settings["DATABASE"] = pgtest.Start(t)
	migrate(t, settings)
	server := asterisktest.Start(t, telephony, asterisktest.Realtime(asterisktest.NewDatabase(t, settings["DATABASE"])))
	settings["PBX"] = "asterisk-realtime"
	settings["PBX_AMI"], settings["PBX_AMI_USER"], settings["PBX_AMI_SECRET"] = server.Manager, server.ManagerUser, server.ManagerSecret
	return server
}

func newCaller(t *testing.T, name string, connect func(*testing.T, map[string]string) *asterisktest.Server) *caller {
	t.Helper()
	var server *asterisktest.Server
	s := start(t, func(settings map[string]string) {
		withoutModels(settings)
		settings["PBX_REALM"] = telephony
		server = connect(t, settings)
		settings["SIP_WEBSOCKET"], settings["SIP_ECHO"] = server.WebSocket, "600"
	})
	return &caller{life: newLife(t, s, newApplicant("webphone-"+name), mobile, desktop), pbx: server}
}

func (c *caller) callsAndFails() {
	c.t.Helper()
	if dir := os.Getenv(screenshotsVariable); dir != "" {
		c.shots = filepath.Join(dir, mobile.locale)
	}
	c.b.Submit(c.say("once.button"))
	c.b.WaitURL("/account")
	c.echo()
	phone := c.phone()
	c.phoneCallsEcho(phone)
	c.callPhone(phone)
	c.wrongPassword()
	c.noMicrophone()
	c.exchangeAway()
}

// open opens the page and looks over its shoulder: what it was given and which
// connection it made. change may spoil the former, as a statement about r. The
// test lasts until it is stopped: a busy machine counts slowly.
func (c *caller) open(change string) {
	c.t.Helper()
	c.b.Open(c.s.url + "/account/phone/call")
	c.b.WaitTrue(`(() => {
		const ask = window.fetch;
		window.fetch = async (...a) => {
			const r = await (await ask(...a)).json();
			window.given = { ...r };
			`+change+`
			return new Response(JSON.stringify(r));
		};
		window.RTCPeerConnection = class extends RTCPeerConnection {
			constructor(...a) { super(...a); window.connection = this; }
		};
		document.querySelector("[data-call]").dataset.seconds = "120";
		return true;
	})()`, "the page to be watched")
	c.b.WaitTrue(`!document.querySelector("[data-part=button]").hidden`, "the page's script")
}

func (c *caller) await(states ...string) {
	c.t.Helper()
	list, _ := json.Marshal(states)
	c.b.WaitTrue(fmt.Sprintf(`%s.includes(document.querySelector("[data-call]").dataset.state)`, list), "the test to be "+strings.Join(states, " or "))
}

// traffic is what a browser counts of a call.
type traffic struct {
	Sent, Received int
	DTLS, Cipher   string
}

// counted asks the browser itself, not the page.
func (c *caller) counted() (got traffic) {
	c.t.Helper()
	text := c.b.String(`window.connection.getStats().then((all) => {
		const one = (type) => [...all.values()].find((s) => s.type === type) ?? {};
		const { dtlsState: DTLS, srtpCipher: Cipher } = one("transport");
		return JSON.stringify({ Sent: one("outbound-rtp").packetsSent, Received: one("inbound-rtp").packetsReceived, DTLS, Cipher });
	})`)
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		c.t.Errorf("the browser's statistics are %q: %v", text, err)
	}
	return got
}

// channel is what Asterisk counts of the line's call.
func (c *caller) channel() (received, sent int) {
	c.t.Helper()
	for line := range strings.Lines(c.pbx.CLI(c.t, "pjsip show channelstats")) {
		f := strings.Fields(line)
		if len(f) < 8 || !strings.HasPrefix(f[0], c.extension+"-") {
			continue
		}
		received, _ = strconv.Atoi(f[3])
		sent, _ = strconv.Atoi(f[7])
	}
	return received, sent
}

// part is a number that the page shows.
func (c *caller) part(name string) int {
	c.t.Helper()
	text := c.b.String(`document.querySelector("[data-part=` + name + `]").textContent`)
	n, err := strconv.Atoi(text)
	if err != nil {
		c.t.Errorf("the page shows %q as %s, want a number", text, name)
	}
	return n
}

// echo is the test as it should be.
func (c *caller) echo() {
	c.t.Helper()
	c.open("")
	c.show("call")
	c.b.Click(c.say("call.button"))
	c.await("talking")
	const enough = 50 // packets: a second
	wait(c.t, time.Minute, "sound both ways, by the browser's count and by Asterisk's", func() bool {
		got := c.counted()
		received, sent := c.channel()
		return min(got.Sent, got.Received, received, sent) >= enough
	})
	if got := c.counted(); got.DTLS != "connected" || !strings.HasPrefix(got.Cipher, "SRTP_A") {
		c.t.Errorf("the connection is %+v, want DTLS connected and a cipher of SRTP", got)
	}
	c.show("call-talking")
	c.b.Click(c.say("call.stop"))
	c.await("done", "failed")
	c.b.WaitAny(c.say("call_verdict.good_title"), c.say("call_verdict.lossy_title")) // a busy machine loses some
	for _, name := range []string{"packets_out", "packets_back"} {
		if n := c.part(name); n < enough {
			c.t.Errorf("the page shows %d as %s, want %d at least", n, name, enough)
		}
	}
	if cipher := c.b.String(`document.querySelector("[data-part=cipher]").textContent`); !strings.HasPrefix(cipher, "DTLS-SRTP, A") {
		c.t.Errorf("the page shows the encryption %q, want DTLS-SRTP and its cipher", cipher)
	}
	c.show("call-done")
	wait(c.t, time.Minute, "the browser to be gone from the line", func() bool { return !strings.Contains(c.pbx.CLI(c.t, "pjsip show contacts"), c.extension) })
	password := c.b.String("window.given.password")
	if strings.Contains(c.s.log.String(), password) || strings.Contains(c.b.String("document.documentElement.outerHTML"), password) {
		c.t.Error("the browser's password is in the log or in the page")
	}
}

// phone is the line's own: RTP as of old, by the password that was shown once.
func (c *caller) phone() *siptest.UA {
	c.t.Helper()
	ua := siptest.NewUA(c.t, c.pbx.Address, siptest.Phone{
		Number: c.extension, User: c.sipUser, Password: c.sipPassword, Realm: telephony, Expires: 120,
	})
	if got := ua.Register(c.t); got.Status != 200 {
		c.t.Fatalf("REGISTER of the line's phone = %d, want 200", got.Status)
	}
	return ua
}

func (c *caller) phoneCallsEcho(phone *siptest.UA) {
	c.t.Helper()
	call := phone.Call(c.t, "600")
	if call.Status != 200 {
		c.t.Fatalf("INVITE of the line's phone = %d, want 200", call.Status)
	}
	call.AwaitAudio(c.t, 50)
	call.HangUp(c.t)
}

// callPhone has the browser call the phone instead of the echo service: one
// encrypts, the other does not, and Asterisk stands between them.
func (c *caller) callPhone(phone *siptest.UA) {
	c.t.Helper()
	c.open("r.echo = r.extension;")
	c.b.Click(c.say("call.button"))
	call := phone.Incoming(c.t)
	call.AwaitAudio(c.t, 50)
	wait(c.t, time.Minute, "the phone's sound in the browser", func() bool { return c.counted().Received >= 50 })
	c.b.Click(c.say("call.stop"))
	c.await("done", "failed")
	// The phone sends silence, and the page can tell.
	c.b.WaitText(c.say("call_verdict.silence_back_title"))
	call.AwaitEnd(c.t)
}

// fails expects the test to end with words of help.
func (c *caller) fails(help string) {
	c.t.Helper()
	c.await("done", "failed")
	c.b.WaitText(c.say("call_help." + help + "_title"))
	c.b.WaitText(c.say("call_help." + help))
	c.show("call-" + help)
	c.b.WaitText(c.say("call.again"))
}

func (c *caller) wrongPassword() {
	c.t.Helper()
	c.open(`r.password += "x";`)
	c.b.Click(c.say("call.button"))
	c.fails("refused")
}

func (c *caller) noMicrophone() {
	c.t.Helper()
	c.open("")
	c.b.WaitTrue(`(navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); }, true)`, "the microphone to be refused")
	c.b.Click(c.say("call.button"))
	c.fails("microphone_refused")
	if asked := c.b.String("String(window.given)"); asked != "undefined" {
		c.t.Error("the page asked for a password before it had a microphone")
	}
}

func (c *caller) exchangeAway() {
	c.t.Helper()
	c.pbx.CLI(c.t, "core stop now")
	c.open("")
	c.b.Expect("WebSocket connection to")
	c.b.Click(c.say("call.button"))
	c.fails("away")
}

// A telephone line in the browser: one registration over a WebSocket (RFC 7118)
// and one call whose media are DTLS-SRTP (RFC 8827).
import { UA, WebSocketInterface } from "jssip";

// A Failure has a code that the page has words for.
export class Failure extends Error {
  constructor(code, detail = "") {
    super(detail ? `${code}: ${detail}` : code);
    this.code = code;
  }
}

const patience = 10000; // milliseconds, for each answer of the exchange

// within gives up on a promise that takes too long.
function within(promise, code) {
  let timer;
  const late = new Promise((_, no) => { timer = setTimeout(() => no(new Failure(code, "no answer")), patience); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Gathering addresses ends here at the latest: a STUN server that does not
// answer would hold the call back for as long as the browser waits for it.
const gathering = 2000;

export class Line {
  #ua;
  #setup;
  #lost; // rejects when the exchange goes away

  constructor(setup) {
    this.#setup = setup;
    this.#ua = new UA({
      sockets: [new WebSocketInterface(setup.websocket)],
      uri: `sip:${setup.extension}@${setup.domain}`, display_name: setup.display_name || undefined,
      authorization_user: setup.username, password: setup.password, realm: setup.realm,
      register: true, register_expires: setup.expires, session_timers: false, user_agent: "Vouchline web phone",
    });
    // Who calls the line meanwhile reaches its phones, not a test.
    this.#ua.on("newRTCSession", ({ originator, session }) => {
      if (originator === "remote") session.terminate({ status_code: 480, reason_phrase: "Temporarily Unavailable" });
    });
    this.#lost = new Promise((_, no) => {
      this.#ua.on("disconnected", ({ error }) => { if (error) no(new Failure("away")); });
    });
    this.#lost.catch(() => {}); // whoever waits for something hears of it
  }

  // register returns once the exchange knows this browser as the line's.
  register() {
    const registered = new Promise((yes, no) => {
      this.#ua.on("registered", yes);
      this.#ua.on("registrationFailed", ({ response, cause }) => {
        no(response ? new Failure("refused", String(response.status_code)) : new Failure("away", cause));
      });
    });
    this.#ua.start();
    return within(Promise.race([registered, this.#lost]), "away");
  }

  // call returns the session once the other side has answered. What it sends
  // is played by audio.
  async call(number, stream, audio) {
    const session = this.#ua.call(`sip:${number}@${this.#setup.domain}`, {
      mediaStream: stream, pcConfig: { iceServers: (this.#setup.stun ?? []).map((urls) => ({ urls })) },
      eventHandlers: {
        peerconnection: ({ peerconnection }) => peerconnection.addEventListener("track", ({ track, streams }) => {
          audio.srcObject = streams[0] ?? new MediaStream([track]);
        }),
        icecandidate: ({ ready }) => setTimeout(ready, gathering),
      },
    });
    const confirmed = new Promise((yes, no) => {
      session.on("confirmed", yes);
      session.on("failed", ({ cause, message }) => no(new Failure("call", `${message?.status_code ?? ""} ${cause}`.trim())));
    });
    await within(Promise.race([confirmed, this.#lost]), "call");
    return session;
  }

  // over rejects when a call ends that this browser did not end.
  over(session) {
    const ended = new Promise((_, no) => {
      session.on("ended", ({ originator }) => { if (originator !== "local") no(new Failure("ended")); });
    });
    return Promise.race([ended, this.#lost]);
  }

  // close hangs up, unregisters and leaves.
  close() { this.#ua.stop(); }
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, level, loudness, read } from "./traffic.js";

// side is what is counted of one direction; -20 dB for eight seconds.
const side = (change = {}) => ({ packets: 400, lost: 0, energy: 0.08, seconds: 8, ...change });

test("a call is judged by what arrived", () => {
  for (const [name, out, back, want] of [
    ["both ways", {}, {}, "good"],
    ["loss unknown to the other side", { lost: undefined }, {}, "good"],
    ["a little lost", { lost: 10 }, { lost: 10 }, "good"],
    ["nothing sent", { packets: 0 }, { packets: 0 }, "nothing_sent"],
    ["nothing back", {}, { packets: 0, energy: 0, seconds: 0 }, "nothing_back"],
    ["microphone off", { energy: 0 }, { energy: 0 }, "silent"],
    ["no source measured", { energy: 0, seconds: 0 }, {}, "silent"],
    ["silence back", {}, { energy: 1e-9 }, "silence_back"],
    ["lost on the way out", { lost: 40 }, {}, "lossy"],
    ["lost on the way back", {}, { packets: 360, lost: 40 }, "lossy"],
  ]) assert.equal(judge({ out: side(out), back: side(back) }), want, name);
});

test("loudness is relative to full scale", () => {
  assert.equal(Math.round(loudness(side())), -20);
  assert.equal(loudness(side({ energy: 0 })), -Infinity);
  assert.equal(loudness(side({ energy: 0, seconds: 0 })), -Infinity);
  assert.equal(Math.round(level(side(), side({ energy: 1.08, seconds: 9 }))), 0);
});

const connection = (...stats) => ({ getStats: async () => new Map(stats.map((s, i) => [String(i), { id: String(i), ...s }])) });

test("counters are those of the sound", async () => {
  const got = await read(connection(
    { type: "outbound-rtp", kind: "video", packetsSent: 7 },
    { type: "outbound-rtp", kind: "audio", packetsSent: 400 },
    { type: "inbound-rtp", kind: "audio", packetsReceived: 390, packetsLost: 10, jitter: 0.002, codecId: "5", totalAudioEnergy: 0.1, totalSamplesDuration: 8 },
    { type: "media-source", kind: "audio", totalAudioEnergy: 0.2, totalSamplesDuration: 8 },
    { type: "remote-inbound-rtp", kind: "audio", packetsLost: 3, roundTripTime: 0.05 },
    { type: "codec", mimeType: "audio/opus" },
    { type: "transport", dtlsState: "connected", srtpCipher: "AES_CM_128_HMAC_SHA1_80" },
  ));
  assert.deepEqual(got, {
    out: { packets: 400, lost: 3, energy: 0.2, seconds: 8 }, back: { packets: 390, lost: 10, energy: 0.1, seconds: 8, jitter: 0.002 },
    delay: 0.05, codec: "opus", dtls: "connected", cipher: "AES_CM_128_HMAC_SHA1_80",
  });
});

test("a connection that came to nothing counts nothing", async () => {
  const got = await read(connection());
  assert.equal(judge(got), "nothing_sent");
  assert.equal(got.dtls, "");
});

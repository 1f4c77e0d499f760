// What a call's media did, from the browser's own counters
// (W3C Identifiers for WebRTC's Statistics API).

// decibels of a mean energy, relative to full scale. Silence is -Infinity.
const decibels = (energy, seconds) => (seconds > 0 ? 10 * Math.log10(energy / seconds) : -Infinity);

// read returns the counters of a connection so far.
export async function read(connection) {
  const all = [...(await connection.getStats()).values()];
  const one = (type) => all.find((s) => s.type === type && (s.kind ?? "audio") === "audio") ?? {};
  const out = one("outbound-rtp"), back = one("inbound-rtp"), source = one("media-source"), report = one("remote-inbound-rtp");
  const transport = one("transport"), codec = all.find((s) => s.id === back.codecId) ?? {};
  return {
    out: { packets: out.packetsSent ?? 0, lost: report.packetsLost, energy: source.totalAudioEnergy ?? 0, seconds: source.totalSamplesDuration ?? 0 },
    back: { packets: back.packetsReceived ?? 0, lost: back.packetsLost ?? 0, energy: back.totalAudioEnergy ?? 0, seconds: back.totalSamplesDuration ?? 0, jitter: back.jitter },
    delay: report.roundTripTime, codec: (codec.mimeType ?? "").replace("audio/", ""),
    dtls: transport.dtlsState ?? "", cipher: transport.srtpCipher ?? "",
  };
}

// level is how loud one direction was between two readings, in decibels.
export const level = (before, after) => decibels(after.energy - before.energy, after.seconds - before.seconds);

// quiet is what a microphone gives that is muted or not plugged in.
const quiet = -60;
const worn = 0.05; // a share of lost packets that everybody hears

// judge says in one word how the call was.
export function judge({ out, back }) {
  if (out.packets === 0) return "nothing_sent";
  if (back.packets === 0) return "nothing_back";
  if (decibels(out.energy, out.seconds) < quiet) return "silent";
  if (decibels(back.energy, back.seconds) < quiet) return "silence_back";
  const lost = Math.max(back.lost / (back.packets + back.lost), (out.lost ?? 0) / out.packets);
  return lost > worn ? "lossy" : "good";
}

// loudness of a whole call, each way.
export const loudness = ({ energy, seconds }) => decibels(energy, seconds);

// Sends pictures in batches, one batch at a time and in order.
const most = 6; // pictures in a batch
const longest = 800; // milliseconds between two pictures that are sent
const apart = 520; // milliseconds between two batches, at least
const patience = 12000; // milliseconds for one answer
const pauses = [300, 1000, 2500]; // milliseconds before a batch is sent again
const stale = 15000; // milliseconds by which pictures may lag behind

// thin leaves out pictures until a batch holds the rest, those first that leave
// the shortest gaps, and none that leaves one longer than the server can follow.
// before is when the last one that was sent was taken. The newest always stays.
export function thin(pictures, before) {
  const kept = [...pictures];
  while (kept.length > most) {
    let best = -1, gap = longest;
    for (let i = 0; i < kept.length - 1; i++) {
      const between = kept[i + 1].at - (i ? kept[i - 1].at : before);
      if (between < gap) [best, gap] = [i, between];
    }
    if (best < 0) break;
    kept.splice(best, 1);
  }
  return kept;
}

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

// sender makes {add, stop}. answered(answer, ms, queue) is told of each answer,
// refused(problem) of a problem document that ends the session, and lost() that
// the network does not carry it.
export function sender({ url, nonce, answered, refused, lost }) {
  let queue = [], number = 0, last = 0, sending = false, stopped = false, next = 0;

  function stop() {
    stopped = true;
    queue = [];
  }

  async function pump() {
    if (sending || stopped || queue.length === 0) return;
    sending = true;
    await pause(next - performance.now());
    while (!stopped && queue.length > 0) {
      const waiting = thin(queue, last);
      const batch = waiting.slice(0, most);
      queue = waiting.slice(most);
      last = batch.at(-1).at;
      next = performance.now() + apart;
      await deliver(batch);
      await pause(next - performance.now());
    }
    sending = false;
  }

  // deliver sends a batch until it is answered. The number stays the same: what
  // has arrived already changes nothing.
  async function deliver(batch) {
    const begun = performance.now();
    for (const wait of [...pauses, null]) {
      const answer = await post(batch);
      if (stopped) return;
      if (answer.ok) {
        number++;
        answered(answer.body, performance.now() - begun, queue.length);
        return;
      }
      if (!answer.again) {
        stop();
        refused(answer.body);
        return;
      }
      if (wait === null) break;
      await pause(Math.max(wait, answer.after));
    }
    stop();
    lost();
  }

  async function post(batch) {
    const form = new FormData();
    form.append("nonce", nonce);
    form.append("batch", String(number));
    form.append("taken", batch.map((p) => p.at).join(","));
    for (const p of batch) form.append("frame", p.blob, "frame.jpg");
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), patience);
    try {
      const answer = await fetch(url, { method: "POST", body: form, headers: { Accept: "application/json" }, signal: late.signal });
      const body = await answer.json().catch(() => ({}));
      return { ok: answer.ok, body, again: passing(answer.status, body), after: 1000 * Math.min(5, Number(answer.headers.get("Retry-After")) || 0) };
    } catch {
      return { ok: false, again: true, after: 0 }; // no network for the moment
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    add(picture) {
      if (stopped) return;
      queue.push(picture);
      if (picture.at - queue[0].at > stale) {
        stop();
        lost();
        return;
      }
      pump();
    },
    stop,
  };
}

// passing tells what may be gone in a moment from what will not.
const passing = (status, { code }) => status >= 500 || status === 408 || (status === 429 && code === "too_often");

// Makes a subscriber's RSA-2048 key pair in the browser (requirements A2). The
// private half is made so that no script can read it out, ours included, and is
// kept here; the public half goes to the ledger. On the first visit of an
// account without a key it is made by itself, afterwards on a click.
const box = document.querySelector("[data-keys]");
const identity = box.dataset.keys;
const algorithm = { name: "RSA-OAEP", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };

const done = (request) => new Promise((yes, no) => {
  request.onsuccess = () => yes(request.result);
  request.onerror = () => no(request.error);
});

async function shelf(mode) {
  const open = indexedDB.open("vouchline", 1);
  open.onupgradeneeded = () => open.result.createObjectStore("keys");
  return (await done(open)).transaction("keys", mode).objectStore("keys");
}
const kept = async () => done((await shelf("readonly")).get(identity));
const keep = async (pair) => done((await shelf("readwrite")).put(pair, identity));
const drop = async () => done((await shelf("readwrite")).delete(identity));

// register is repeated with the same key until it was heard: a second key for
// every lost answer would fill the ledger.
async function register() {
  let pair = await kept();
  if (!pair) {
    pair = await crypto.subtle.generateKey(algorithm, false, ["encrypt", "decrypt"]);
    await keep(pair);
  }
  const { e, kty, n } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const answer = await fetch("/account/keys", {
    method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify({ e, kty, n }),
  });
  if (!answer.ok) throw new Error(`the key was not taken: ${answer.status}`);
  const { thumbprint } = await answer.json();
  await keep({ ...pair, thumbprint });
}

const show = (selector, yes) => { for (const e of box.querySelectorAll(selector)) e.hidden = !yes; };

async function make(then) {
  try {
    await register();
    then();
  } catch {
    show("[data-failed]", true);
  }
}

async function begin() {
  if (!window.isSecureContext) return; // the page says so
  const here = await kept();
  show("[data-unable]", false);
  const mine = here?.thumbprint && document.querySelector(`[data-thumbprint="${here.thumbprint}"]`);
  const revoked = mine && "revoked" in mine.dataset;
  if (revoked) await drop(); // a revoked key does not come back
  else if (mine) mine.querySelector("[data-here]").hidden = false;
  if ("first" in box.dataset) return make(() => show("[data-made]", true));
  const button = box.querySelector("[data-make]");
  if (!button || mine && !revoked) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    make(() => location.reload());
  });
}
begin().catch(() => show("[data-unable]", true)); // a browser that keeps nothing

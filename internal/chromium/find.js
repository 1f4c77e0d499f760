// Finds what a person would mean, marks it and returns what is needed to act
// on it, or null while it is not there.
(() => {
  const squeeze = (s) => (s || "").replace(/\s+/g, " ").trim().toLowerCase();
  const visible = (e) => {
    const r = e.getBoundingClientRect();
    const s = getComputedStyle(e);
    return r.width > 0 && r.height > 0 && s.visibility !== "hidden" && s.opacity !== "0";
  };
  const nameOf = (e) =>
    squeeze(e.innerText || e.value || e.getAttribute("aria-label") || e.title || (e.querySelector("img") || {}).alt);
  // Exactly the text first, then text that contains it.
  const best = (list, wanted, name) =>
    list.find((e) => name(e) === wanted) || list.find((e) => name(e).includes(wanted));
  const control = (wanted) => {
    const byName = [...document.getElementsByName(wanted)].find((e) => e.type !== "hidden");
    if (byName) return byName;
    wanted = squeeze(wanted);
    const label = best([...document.querySelectorAll("label, legend")], wanted, (e) => squeeze(e.innerText));
    if (label && label.control) return label.control;
    return best([...document.querySelectorAll("input, select, textarea")], wanted,
      (e) => squeeze(e.getAttribute("aria-label") || e.placeholder));
  };
  // A button goes before a link and that before a label of the same text; the
  // exact text before one that contains it.
  const clickable = (wanted) => {
    const kinds = ["button, input[type=submit], input[type=button], summary, [role=button]", "a[href]", "label"];
    const lists = kinds.map((k) => [...document.querySelectorAll(k)]
      .filter((e) => visible(e) && !e.disabled && e.getAttribute("aria-disabled") !== "true"));
    wanted = squeeze(wanted);
    for (const fits of [(e) => nameOf(e) === wanted, (e) => nameOf(e).includes(wanted)]) {
      for (const list of lists) {
        const e = list.find(fits);
        if (e) return e;
      }
    }
    return undefined;
  };
  const mark = (e, kind) => {
    document.querySelectorAll("[data-found]").forEach((o) => o.removeAttribute("data-found"));
    if (!e) return null;
    e.setAttribute("data-found", kind);
    return { tag: e.tagName, type: e.type || "", checked: !!e.checked };
  };
  // Where to press, once nothing moves any more: a picture that has just
  // loaded pushes the button away from under the pointer.
  const aim = async (e) => {
    let r, last;
    do {
      last = r;
      e.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
      await new Promise((done) => setTimeout(done, 40));
      r = e.getBoundingClientRect();
    } while (!last || r.left !== last.left || r.top !== last.top || r.width !== last.width);
    const x = r.left + r.width / 2, y = r.top + r.height / 2;
    const top = document.elementFromPoint(x, y);
    e.addEventListener("click", () => { e.dataset.found = "pressed"; }, { once: true, capture: true });
    // A label may lie over its own box; anything else in the way is a fault of the page.
    return { x, y, reachable: !!top && (e.contains(top) || top.contains(e) || [...(e.labels || [])].some((l) => l.contains(top))) };
  };
  const set = (e, value) => {
    const proto = { SELECT: HTMLSelectElement, TEXTAREA: HTMLTextAreaElement }[e.tagName] || HTMLInputElement;
    Object.getOwnPropertyDescriptor(proto.prototype, "value").set.call(e, value);
    e.dispatchEvent(new Event("input", { bubbles: true }));
    e.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const choose = (e, wanted) => {
    const o = [...e.options].find((o) => o.value === wanted) || best([...e.options], squeeze(wanted), (o) => squeeze(o.text));
    if (!o) return false;
    set(e, o.value);
    return true;
  };
  return { squeeze, control, clickable, mark, aim, set, choose };
})()

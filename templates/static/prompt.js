// Shows what the server asks for: one instruction, how far the person is, the
// time that is left, and what is wrong with the picture.
import { buzz } from "./buzz.js";
import { calm } from "./calm.js";

const cheer = 900; // milliseconds that a finished action is praised

// enough are the ends after which nothing is asked of the person any more.
export const enough = ["done", "unjudged"];

// prompt works the element with that picture beside it.
export function prompt(box, stage) {
  const part = (name) => box.querySelector(`[data-part=${name}]`);
  const instruction = part("instruction"), advice = part("advice"), count = part("count"), left = part("left"), bar = part("bar");
  const words = {};
  for (const e of box.querySelectorAll("[data-say]")) words[e.dataset.say] = e.textContent;
  let steps = 0, until = 0, window = 0, praised = 0, due = null;
  const said = calm((name) => { advice.textContent = words["advice." + name] || ""; });

  function instruct(name) {
    stage.dataset.shown = name;
    instruction.textContent = words[name] || "";
  }

  // done praises, and only then shows what comes next.
  function done() {
    praised = performance.now() + cheer;
    stage.dataset.done = "";
    buzz();
    said.now("");
    instruct("done");
    setTimeout(() => {
      delete stage.dataset.done;
      instruct(due);
    }, cheer);
  }

  function tick() {
    const ms = until ? Math.max(0, until - performance.now()) : 0;
    left.textContent = until ? `${Math.ceil(ms / 1000)} s` : "";
    bar.max = window || 1;
    bar.value = until ? ms : 0;
  }
  const timer = setInterval(tick, 250);

  return {
    say: (name) => { box.dataset.action = ""; instruct(name); },
    // show takes an answer of the server.
    show(answer) {
      const anew = answer.action !== box.dataset.action;
      box.dataset.action = answer.action;
      box.dataset.end = answer.end;
      due = enough.includes(answer.end) ? "finished" : answer.action || "find";
      until = answer.action && !answer.end ? performance.now() + answer.left_ms : 0;
      if (anew) window = answer.left_ms;
      count.textContent = count.dataset.text.replace("{n}", Math.min(answer.step + 1, answer.steps)).replace("{m}", answer.steps);
      if (answer.step > steps) done();
      else if (performance.now() >= praised && stage.dataset.shown !== due) instruct(due);
      steps = answer.step;
      if (answer.end) said.now("");
      else if (performance.now() >= praised) said.say(answer.advice);
      tick();
    },
    stop: () => { clearInterval(timer); },
  };
}

// Changes an instruction seldom enough to be read, and to be spoken.
const usual = 1200, stable = 300, urgent = 400; // milliseconds

// calm returns say(name), which tells a name once it has been wanted for a
// moment and the one before was there for long enough, and now(name), which
// tells at once. The pressing one waits least: hold still.
export function calm(tell, pressing = "") {
  let said = { name: null, at: -Infinity }, next = { name: null, at: -Infinity };

  function now(name) {
    said = next = { name, at: performance.now() };
    tell(name);
  }
  function say(name) {
    const at = performance.now();
    if (name !== next.name) next = { name, at };
    if (name === said.name) return;
    const [wait, settled] = name === pressing ? [urgent, 0] : [usual, stable];
    if (at - said.at >= wait && at - next.at >= settled) now(name);
  }
  return { say, now };
}

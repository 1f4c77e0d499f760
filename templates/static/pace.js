// How large, how good and how often pictures are taken, after what the network
// and the server keep up with. Size and quality go first: the server follows a
// face from picture to picture, and loses one between whose pictures too much
// time lies.
const levels = [
  { side: 640, words: 1280, quality: 0.85, every: 280 },
  { side: 640, words: 1280, quality: 0.65, every: 280 },
  { side: 512, words: 1120, quality: 0.6, every: 320 },
  { side: 480, words: 960, quality: 0.5, every: 450 },
  { side: 480, words: 960, quality: 0.45, every: 650 },
];
const late = 2000, quick = 700; // milliseconds of an answer
const waits = 6; // pictures in the queue that are too many
const inARow = 6; // quick answers before better pictures are tried

// pace makes {now, answered}: now() is what to take pictures by, answered(ms,
// queue) notes how long an answer took and how many pictures wait for the next.
export function pace() {
  let level = 0, easy = 0;
  return {
    now: () => levels[level],
    answered(ms, queue) {
      if (ms > late || queue > waits) {
        level = Math.min(level + 1, levels.length - 1);
        easy = 0;
        return;
      }
      easy = ms < quick ? easy + 1 : 0;
      if (easy < inARow) return;
      level = Math.max(level - 1, 0);
      easy = 0;
    },
  };
}

// The conversation, as every window of this browser sees it.
//
//   said    {last, items}: what was said, by number; `last` is asked for when the stream is opened again
//   unsent  messages on their way: each keeps its id for every try, so that however often it is sent, it is one
//
// One window holds the stream and one sends, by locks; the others see what is kept change.

const MOST_KEPT = 200;
const LONGEST_PAUSE = 20;
let state = "idle";
let hours = null;
let changed = () => {};
let stopListening = null;

const inTurn = async (name, act, signal) => (navigator.locks ? navigator.locks.request(keyOf(name), { signal }, act) : act());
const said = () => kept("said", { last: null, items: [] });
const unsent = () => kept("unsent", []);

function update(name, otherwise, change) {
  keep(name, change(kept(name, otherwise)));
  changed();
}

function remember(event, number) {
  update("said", { last: null, items: [] }, ({ last, items }) => {
    const others = items.filter((one) => one.id !== event.id);
    const mine = { ...event, number };
    const place = others.findIndex((one) => (number === null ? false : one.number === null || one.number > number));
    others.splice(place < 0 ? others.length : place, 0, mine);
    return { last: number === null ? last : Math.max(last ?? 0, number), items: others.slice(-MOST_KEPT) };
  });
  if (number !== null) forgetUnsent(event.id);
}

function forgetUnsent(id) {
  if (!unsent().some((one) => one.id === id)) return;
  update("unsent", [], (waiting) => waiting.filter((one) => one.id !== id));
  dropFiles(id);
}

function identity() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function say(text, files) {
  const message = { id: identity(), text, at: new Date().toISOString(), failed: null,
                    files: files.map(({ name, size, type }) => ({ name, size, type })) };
  if (files.length) await keepFiles(message.id, files);
  atEnd = true;
  update("unsent", [], (waiting) => [...waiting, message]);
  sendAll();
  listen();
  wakeUp();
}

function mark(id, failed) {
  update("unsent", [], (waiting) => waiting.map((one) => (one.id === id ? { ...one, failed } : one)));
}

function tryAgain(id) {
  mark(id, null);
  sendAll();
}

let sendingNow = false;

function sendAll() {
  if (sendingNow) return;
  sendingNow = true;
  inTurn("sending", async () => {
    let pauses = 1;
    for (let next; (next = unsent().find((one) => !one.failed)); ) {
      try {
        await sendOne(next);
        pauses = 1;
      } catch (error) {
        if (!(error instanceof Later)) {
          mark(next.id, error instanceof Stranger ? words.unknownUser : error.message);
          continue;
        }
        become(navigator.onLine ? "away" : "offline");
        await pause(error.seconds ?? pauses * (0.75 + Math.random() / 2));
        pauses = Math.min(pauses * 2, LONGEST_PAUSE);
      }
    }
  }).finally(() => {
    sendingNow = false;
  });
}

async function sendOne(message) {
  const mine = drawer;
  const files = message.files.length ? await filesOf(message.id) : [];
  if (!files) throw new Never(words.noFiles);
  await post(message, files);
  if (drawer !== mine) return;
  const { id, text, at } = message;
  if (!said().items.some((one) => one.id === id)) remember({ id, from: "visitor", text, at, files: message.files }, null);
  forgetUnsent(id);
  if (state !== "live") become("idle");
}

function become(now) {
  state = now;
  changed();
}

// Whoever has said something, or looks, listens; until the page goes away.
function listen() {
  if (stopListening) return;
  const stop = new AbortController();
  stopListening = () => {
    stop.abort();
    stopListening = null;
  };
  inTurn("listening", () => listenOn(stop.signal), stop.signal).catch(() => {});
}

async function listenOn(signal) {
  for (let pauses = 1; !signal.aborted; ) {
    let wait = pauses;
    try {
      await follow(said().last, (name, value, number) => {
        pauses = 1;
        hear(name, value, number);
      }, signal);
      wait = 0.2;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Stranger) return become("stranger");
      wait = error.seconds ?? pauses * (0.75 + Math.random() / 2);
      pauses = Math.min(pauses * 2, LONGEST_PAUSE);
      become(navigator.onLine ? "away" : "offline");
    }
    await pause(wait, signal);
  }
}

function hear(name, value, number) {
  if (name === "message") remember(value, number);
  if (name === "reset") update("said", null, () => ({ last: null, items: [] }));
  if (name === "hours") {
    hours = value;
    keep("hours", value);
  }
  if (name === "expired") session = null;
  if (state === "away" || state === "offline") wakeUp();
  if (state !== "live" || name === "hours") become("live");
}

// What the server is asked, and what its answers mean.
//
//   Later    try again, after so many seconds if it said
//   Never    it will not be taken: the reason is for the visitor
//   Stranger the site's word about its user is not believed

class Later extends Error {
  constructor(seconds) {
    super("later");
    this.seconds = seconds;
  }
}
class Never extends Error {}
class Stranger extends Error {}

const RENEW_BEFORE = 60;
let user = page.user || null;
let session = null;
let lookChanged = () => {};

async function call(path, options = {}) {
  let answer;
  try {
    answer = await fetch(`${base}/${path}`, { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", ...options });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Later();
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  const wait = Number(answer.headers.get("Retry-After")) || undefined;
  if (answer.status === 401) {
    const refused = new Error("401");
    refused.refused = true;
    throw refused;
  }
  if (answer.status === 408 || answer.status === 429 || answer.status >= 500) throw new Later(wait);
  console.warn(`balcao: ${answer.status} ${told.detail ?? ""}`);
  const most = kept("person", null)?.limits.bytes;
  throw new Never(answer.status === 413 && most ? words.tooLarge(size(most)) : words.refused(answer.status));
}

// One at a time, in all windows: two newcomers at once would be two visitors.
let entering = null;

function enter(anew = false) {
  entering ??= inTurn("entering", () => enterNow(anew)).finally(() => {
    entering = null;
  });
  return entering;
}

async function enterNow(anew) {
  const mine = drawer;
  const known = kept("person", null);
  const fresh = known && known.expires_at - RENEW_BEFORE > Date.now() / 1000;
  if (fresh && !anew) {
    session = known;
    return session;
  }
  const asked = user ? { user } : known ? { token: known.token } : {};
  let answer;
  try {
    answer = await call("session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(asked),
    });
  } catch (error) {
    if (error.refused) throw new Stranger();
    throw error;
  }
  const given = await answer.json();
  if (drawer !== mine) throw new Later(0); // Somebody signed in or out meanwhile: this is not for him.
  if (known && known.visitor !== given.visitor) keep("said", { last: null, items: [] });
  session = given;
  keep("person", session);
  lookChanged();
  return session;
}

// One call in the visitor's name; if his token is not good any more, once more with another.
async function asVisitor(path, options = {}) {
  for (const anew of [false, true]) {
    const { token } = await enter(anew);
    try {
      return await call(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
    } catch (error) {
      if (!error.refused) throw error;
    }
  }
  throw new Later(30);
}

async function post(message, files) {
  const fields = { id: message.id, text: message.text, ...kept("who", {}), context: context() };
  if (!files.length) {
    const headers = { "Content-Type": "application/json" };
    return asVisitor("messages", { method: "POST", headers, body: JSON.stringify(fields) });
  }
  const form = new FormData();
  form.append("message", JSON.stringify(fields));
  for (const file of files) form.append("files", file, file.name);
  return asVisitor("messages", { method: "POST", body: form });
}

// Server-sent events, read by hand: EventSource could only carry the token in the URL.
const SILENCE = 45;

async function follow(after, tell, signal) {
  const hold = new AbortController();
  signal.addEventListener("abort", () => hold.abort(), { signal: hold.signal });
  const headers = after === null ? {} : { "Last-Event-ID": String(after) };
  const answer = await asVisitor("events", { headers, signal: hold.signal });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  tell("alive");
  let watch;
  let rest = "";
  try {
    for (;;) {
      clearTimeout(watch);
      watch = setTimeout(() => hold.abort(), SILENCE * 1000);
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) tell(...eventOf(block));
    }
  } finally {
    clearTimeout(watch);
    hold.abort();
  }
}

function eventOf(block) {
  const lines = Object.fromEntries(block.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]));
  return [lines.event ?? "alive", lines.data ? JSON.parse(lines.data) : null, lines.id ? Number(lines.id) : null];
}

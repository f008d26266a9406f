// What the page says: <script src="…/widget.js" data-…>. Nothing is left behind on it: no global, no style, no cookie.

const tag = document.currentScript;
const base = new URL(tag.src).href.replace(/\/widget\.js(?:[?#].*)?$/, "");
const page = { ...tag.dataset };
const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
};
// Some seconds; less if the network comes back, somebody looks or writes (`wake`), or `signal` says that it is over.
const wake = new EventTarget();
const wakeUp = () => wake.dispatchEvent(new Event("now"));
const pause = (seconds, signal) => new Promise((resolve) => {
  const over = new AbortController();
  const done = () => {
    clearTimeout(timer);
    over.abort();
    resolve();
  };
  const timer = setTimeout(done, seconds * 1000);
  addEventListener("online", done, { signal: over.signal });
  wake.addEventListener("now", done, { signal: over.signal });
  signal?.addEventListener("abort", done, { signal: over.signal });
});

function context() {
  let own = {};
  try {
    own = JSON.parse(page.context || "{}");
  } catch {
    console.warn("balcao: data-context is not JSON");
  }
  return { ...own, page: location.href.slice(0, 500), title: document.title.slice(0, 200), language: words.code };
}

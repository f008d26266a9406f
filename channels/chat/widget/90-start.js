// Beginning, and what the page may ask for: balcao:open, balcao:close, balcao:user (detail: a new token, or null).

function begin() {
  openDrawer(user);
  session = kept("person", null);
  if (session && Boolean(session.known) !== Boolean(user)) {
    session = null;
    keep("person", null);
  }
  hours = kept("hours", session?.hours ?? null);
  chooseLanguage(session?.look?.language);
  ui.text.value = kept("draft", "");
  const who = kept("who", {});
  ui.name.value = who.name ?? "";
  ui.email.value = who.email ?? "";
  state = "idle";
  changed();
  if (unsent().length) sendAll();
  if (session || said().items.length || unsent().length) listen();
}

let waitingToDraw = false;

function start() {
  if (document.querySelector("[data-balcao='chat']")) return;
  build();
  changed = () => {
    if (waitingToDraw) return;
    waitingToDraw = true;
    queueMicrotask(() => {
      waitingToDraw = false;
      draw();
    });
  };
  lookChanged = () => {
    hours = session.hours;
    keep("hours", hours);
    chooseLanguage(session.look.language);
    changed();
  };
  document.body.append(host);
  begin();
  toggle(page.open === "true" || kept("open", false), { focus: false });
  addEventListener("storage", (event) => {
    if (!event.key?.startsWith(`${SHELF}${drawer} `)) return;
    hours = kept("hours", hours);
    if (event.key === keyOf("draft")) ui.text.value = kept("draft", "");
    if (event.key === keyOf("unsent")) sendAll();
    changed();
  });
  addEventListener("online", () => become(state === "offline" ? "idle" : state));
  addEventListener("offline", () => become("offline"));
  addEventListener("pagehide", () => stopListening?.());
  addEventListener("pageshow", (event) => event.persisted && listen());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) wakeUp();
    changed();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => changed());
  document.addEventListener("balcao:open", () => toggle(true));
  document.addEventListener("balcao:close", () => toggle(false));
  document.addEventListener("balcao:user", (event) => {
    stopListening?.();
    user = event.detail || null;
    begin();
    if (isOpen()) enter().then(listen, () => become("stranger"));
  });
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();

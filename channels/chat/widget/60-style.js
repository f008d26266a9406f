// Looks, as a constructed style sheet: no <style>, no style attribute, so a strict Content Security Policy is no hindrance.

const STYLE = `
:host { all: initial; }
.chat {
  --paper: #ffffff; --ink: #1b1f24; --quiet: #57606a; --line: #8c959f; --bubble: #eef1f4; --bad: #b3261e;
  --accent: #0b5cab; --on-accent: #ffffff; --ring: #0b5cab;
  position: fixed; z-index: 2147483000; bottom: 16px; right: 16px; color: var(--ink);
  font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; text-align: start;
}
.chat.left { right: auto; left: 16px; }
.chat.dark {
  --paper: #1b1f24; --ink: #f0f3f6; --quiet: #b3bcc6; --line: #7d8893; --bubble: #30363d; --bad: #ffb4ab; --ring: #9ecbff;
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
button, input, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
button:disabled { cursor: default; opacity: 0.6; }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; }
.hidden-text {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.launcher {
  display: flex; align-items: center; justify-content: center; width: 56px; height: 56px; margin-inline-start: auto;
  border: 2px solid var(--paper); border-radius: 50%; background: var(--accent); color: var(--on-accent);
  box-shadow: 0 2px 10px rgb(0 0 0 / 35%); position: relative;
}
.left .launcher { margin-inline: 0 auto; }
.launcher svg { width: 28px; height: 28px; }
.count {
  position: absolute; top: -6px; inset-inline-end: -6px; min-width: 22px; height: 22px; padding: 0 5px; border-radius: 11px;
  background: #b3261e; color: #ffffff; font-size: 13px; line-height: 22px; font-weight: 600; text-align: center;
}
.panel {
  display: flex; flex-direction: column; width: 376px; height: min(600px, calc(100vh - 104px)); margin-bottom: 12px;
  border: 1px solid var(--line); border-radius: 12px; overflow: hidden; background: var(--paper);
  box-shadow: 0 6px 28px rgb(0 0 0 / 30%); animation: rise 160ms ease-out;
}
@keyframes rise { from { opacity: 0; transform: translateY(10px); } }
.head { display: flex; gap: 8px; align-items: center; padding: 10px 8px 10px 16px; background: var(--accent); color: var(--on-accent); }
.head h2 { flex: 1; margin: 0; font-size: 17px; line-height: 1.3; overflow-wrap: anywhere; }
.head button { width: 40px; height: 40px; border: 0; border-radius: 8px; background: transparent; color: inherit; }
.head :focus-visible { outline-color: var(--on-accent); outline-offset: -3px; }
.hours, .notice { margin: 0; padding: 8px 16px; font-size: 14px; border-bottom: 1px solid var(--line); }
.hours:empty, .notice:empty { display: none; }
.notice { color: var(--bad); font-weight: 600; }
.log { flex: 1; overflow-y: auto; padding: 12px 16px; overscroll-behavior: contain; }
.message { max-width: 85%; width: fit-content; margin: 0 0 10px; }
.message.visitor { margin-inline-start: auto; }
.words { padding: 8px 12px; border-radius: 12px; background: var(--bubble); white-space: pre-wrap; overflow-wrap: anywhere; }
.visitor .words { background: var(--accent); color: var(--on-accent); }
.machine .words { background: transparent; border: 1px solid var(--line); }
.words a { color: inherit; text-decoration: underline; }
.file { display: block; width: 100%; margin-top: 4px; padding: 6px 10px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--paper); color: var(--ink); font-size: 14px; text-align: start; overflow-wrap: anywhere; }
.state { display: flex; flex-wrap: wrap; gap: 4px 8px; justify-content: flex-end; padding: 2px 4px; font-size: 13px; color: var(--quiet); }
.agent .state, .machine .state { justify-content: flex-start; }
.failed .state { color: var(--bad); }
.state button, .chosen button { padding: 2px 6px; border: 1px solid currentcolor; border-radius: 6px; background: transparent; min-height: 24px; }
.who { padding: 6px 16px; border-top: 1px solid var(--line); font-size: 14px; }
.who summary { padding: 4px 0; cursor: pointer; }
.who label { display: block; margin: 4px 0; }
.who input { display: block; width: 100%; padding: 6px 8px; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); }
.form { padding: 10px 12px 12px; border-top: 1px solid var(--line); }
.form textarea { display: block; width: 100%; min-height: 64px; max-height: 160px; padding: 8px 10px; resize: none;
  border: 1px solid var(--line); border-radius: 8px; background: var(--paper); }
.form ::placeholder { color: var(--quiet); opacity: 1; }
.chosen { list-style: none; margin: 6px 0 0; padding: 0; font-size: 14px; }
.chosen li { display: flex; gap: 8px; align-items: center; justify-content: space-between; overflow-wrap: anywhere; margin-top: 4px; }
.row { display: flex; gap: 8px; margin-top: 8px; justify-content: flex-end; }
.row button { min-height: 40px; padding: 6px 12px; border-radius: 8px; border: 1px solid var(--line); background: transparent; }
.row .send { border-color: transparent; background: var(--accent); color: var(--on-accent); font-weight: 600; }
.problem { margin: 6px 0 0; font-size: 14px; color: var(--bad); }
.problem:empty { display: none; }
@media (max-width: 480px) {
  .chat.open { inset: 0; }
  .open .panel { width: 100%; height: 100%; margin: 0; border: 0; border-radius: 0; }
  .open .launcher { display: none; }
}
@media (prefers-reduced-motion: reduce) { .panel { animation: none; } }
@media print { .chat { display: none; } }
@media (forced-colors: active) { .launcher, .words, .row .send { border: 1px solid; } }
`;

function dress(root) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(element("style", { nonce: tag.nonce || null }, STYLE));
  }
}

// Black or white, whichever can be read on `colour`: one of the two always has a contrast of 4.58 or more (WCAG 2, AA).
function readableOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.1791 ? "#000000" : "#ffffff";
}

// The widget's parts: a button, and a window with the conversation and a form. All inside a shadow root.

const svg = (path) => {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" })) drawing.setAttribute(key, value);
  for (const [key, value] of Object.entries({ d: path, fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round" })) line.setAttribute(key, value);
  drawing.append(line);
  return drawing;
};
const host = element("div", { "data-balcao": "chat" });
const root = host.attachShadow({ mode: "open" });
const ui = {};
let chosen = [];
let atEnd = true;

// Whoever reads the latest goes on reading the latest, whatever takes up room; whoever reads above is left alone.
function stayAtEnd() {
  if (atEnd) ui.log.scrollTop = ui.log.scrollHeight;
}

function build() {
  ui.count = element("span", { class: "count", "aria-hidden": "true", hidden: true });
  ui.launcher = element("button", { class: "launcher", type: "button", "aria-controls": "panel", onclick: () => toggle() },
    svg("M4 5h16v11H9l-5 4z"), ui.count);
  ui.title = element("h2", { id: "title" });
  ui.close = element("button", { type: "button", onclick: () => toggle(false) }, svg("M6 6l12 12M18 6L6 18"));
  ui.hours = element("p", { class: "hours", role: "status" });
  ui.notice = element("p", { class: "notice", role: "status" });
  ui.log = element("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", tabindex: "0" });
  ui.name = element("input", { autocomplete: "name", maxlength: 100, onchange: keepWho });
  ui.email = element("input", { type: "email", autocomplete: "email", maxlength: 200, onchange: keepWho });
  ui.nameLabel = element("span");
  ui.emailLabel = element("span");
  ui.whoTitle = element("summary");
  ui.who = element("details", { class: "who" }, ui.whoTitle,
    element("label", {}, ui.nameLabel, ui.name), element("label", {}, ui.emailLabel, ui.email));
  ui.text = element("textarea", { id: "text", rows: 2, maxlength: 20000, oninput: keepDraft, onkeydown: typed, onpaste: pasted });
  ui.textLabel = element("label", { for: "text", class: "hidden-text" });
  ui.chosen = element("ul", { class: "chosen" });
  ui.problem = element("p", { class: "problem", role: "alert" });
  ui.picker = element("input", { type: "file", multiple: true, hidden: true, onchange: picked });
  ui.attach = element("button", { type: "button", onclick: () => ui.picker.click() });
  ui.send = element("button", { class: "send", type: "submit" });
  ui.form = element("form", { class: "form", novalidate: true, onsubmit: submitted },
    ui.textLabel, ui.text, ui.chosen, ui.problem, ui.picker, element("div", { class: "row" }, ui.attach, ui.send));
  ui.panel = element("section", { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "title", hidden: true, onkeydown: pressed },
    element("div", { class: "head" }, ui.title, ui.close), ui.hours, ui.notice, ui.log, ui.who, ui.form);
  ui.chat = element("div", { class: "chat" }, ui.panel, ui.launcher);
  root.append(ui.chat);
  dress(root);
  ui.log.addEventListener("scroll", () => {
    atEnd = ui.log.scrollHeight - ui.log.scrollTop - ui.log.clientHeight < 60;
  });
  new ResizeObserver(stayAtEnd).observe(ui.log);
}

const isOpen = () => !ui.panel.hidden;

function toggle(open = !isOpen(), { focus = true } = {}) {
  ui.panel.hidden = !open;
  ui.chat.classList.toggle("open", open);
  ui.launcher.setAttribute("aria-expanded", String(open));
  keep("open", open);
  if (open) {
    enter().then(listen, () => listen());
    atEnd = true;
  }
  changed();
  if (focus) (open ? ui.text : ui.launcher).focus();
}

// Esc closes. Where the window fills the screen, what lies behind it is not to be reached by Tab.
function pressed(event) {
  if (event.key === "Escape" && !event.isComposing) {
    event.stopPropagation();
    toggle(false);
  }
  if (event.key !== "Tab" || getComputedStyle(ui.launcher).display !== "none") return;
  const stops = [...ui.panel.querySelectorAll("button, input:not([hidden]), textarea, summary, a[href], [tabindex='0']")]
    .filter((one) => one.getClientRects().length && !one.disabled);
  const [last, first] = [stops[stops.length - 1], stops[0]];
  const leaving = event.shiftKey ? first : last;
  if (root.activeElement !== leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}

function typed(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ui.form.requestSubmit();
}

function pasted(event) {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length) return;
  event.preventDefault();
  choose(files);
}

function picked() {
  choose([...ui.picker.files]);
  ui.picker.value = "";
  ui.attach.focus();
}

function choose(files) {
  const limits = kept("person", null)?.limits ?? { files: 5, bytes: 12e6 };
  const all = [...chosen, ...files];
  ui.problem.textContent = "";
  if (all.length > limits.files) ui.problem.textContent = words.tooMany(limits.files);
  else if (all.reduce((sum, one) => sum + one.size, 0) > limits.bytes - 20_000) ui.problem.textContent = words.tooLarge(size(limits.bytes));
  else chosen = all;
  drawChosen();
}

function submitted(event) {
  event.preventDefault();
  const text = ui.text.value.trim();
  if (!text && !chosen.length) {
    ui.text.focus();
    return;
  }
  say(text, chosen);
  chosen = [];
  ui.text.value = "";
  keep("draft", "");
  ui.problem.textContent = "";
  drawChosen();
  ui.text.focus();
}

function keepDraft() {
  keep("draft", ui.text.value);
}

function keepWho() {
  const [name, email] = [ui.name.value.trim(), ui.email.value.trim()];
  keep("who", { ...(name && { name }), ...(email && { email }) });
}

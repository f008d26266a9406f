// From what is kept to what is shown. Whatever somebody wrote becomes text nodes: there is no way for it to be markup.

const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g;
const drawn = new Map();

function draw() {
  const look = { ...(kept("person", null)?.look ?? {}), ...page };
  const closed = hours && !hours.open;
  ui.title.textContent = look.title || words.title;
  ui.log.setAttribute("aria-label", words.log);
  ui.close.setAttribute("aria-label", words.close);
  ui.attach.textContent = words.attach;
  ui.send.textContent = closed ? words.sendLeft : words.send;
  ui.textLabel.textContent = closed ? words.leave : words.write;
  ui.text.placeholder = ui.textLabel.textContent;
  ui.whoTitle.textContent = words.who;
  ui.nameLabel.textContent = words.name;
  ui.emailLabel.textContent = words.email;
  ui.who.hidden = Boolean(kept("person", null)?.known);
  ui.attach.hidden = kept("person", null)?.limits.files === 0;
  host.lang = words.code;
  write(ui.hours, hoursLine());
  write(ui.notice, { offline: words.offline, away: words.away, stranger: words.unknownUser }[state] ?? "");
  paint(look);
  drawMessages(look);
  drawCount();
}

// A live region speaks when it changes: so it only changes when there is something new.
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function paint(look) {
  const colour = look.color || look.colour;
  if (/^#[0-9a-f]{6}$/i.test(colour ?? "")) {
    ui.chat.style.setProperty("--accent", colour);
    ui.chat.style.setProperty("--on-accent", readableOn(colour));
  }
  const night = matchMedia("(prefers-color-scheme: dark)").matches;
  ui.chat.classList.toggle("dark", page.theme === "dark" || (page.theme !== "light" && night));
  ui.chat.classList.toggle("left", page.position === "left");
}

function hoursLine() {
  if (!hours) return "";
  if (hours.open) return hours.until ? words.openUntil(clockOf(hours.until, hours.zone)) : words.openNow;
  if (!hours.until) return `${words.closedLong} ${words.leaveNote}`;
  const back = when(hours.until, hours.zone);
  return `${(hours.holiday ? words.closedHoliday : words.closed)(back)} ${words.leaveNote}`;
}

function drawMessages(look) {
  const waiting = unsent().map((one) => ({ ...one, from: "visitor", unsent: true }));
  const known = new Set(waiting.map((one) => one.id));
  const list = [{ id: "greeting", from: "machine", text: look.greeting || words.greeting, files: [] },
                ...said().items.filter((one) => !known.has(one.id)), ...waiting];
  const wanted = new Set(list.map((one) => one.id));
  for (const [id, row] of drawn) {
    if (!wanted.has(id)) {
      row.box.remove();
      drawn.delete(id);
    }
  }
  let before = null;
  for (const one of list) {
    const box = drawMessage(one);
    const place = before ? before.nextSibling : ui.log.firstChild;
    if (box !== place) ui.log.insertBefore(box, place);
    before = box;
  }
  stayAtEnd();
}

// What a message says is drawn once; what becomes of it may be drawn again.
function drawMessage(one) {
  let row = drawn.get(one.id);
  const content = JSON.stringify([words.code, one.text, one.files, one.files.length ? one.number ?? null : null]);
  if (row?.content !== content) {
    const stateLine = row?.stateLine ?? element("div", { class: "state" });
    const box = row?.box ?? element("div");
    const author = { visitor: words.you, agent: words.agent, machine: words.machine }[one.from];
    const parts = [element("span", { class: "hidden-text" }, `${author}: `)];
    if (one.text.trim()) parts.push(element("div", { class: "words", dir: "auto" }, ...(one.from === "visitor" ? [one.text] : linked(one.text.trim()))));
    box.replaceChildren(...parts, ...one.files.map((file, place) => fileOf(one, file, place)), stateLine);
    row = { content, box, stateLine };
    drawn.set(one.id, row);
  }
  row.box.className = `message ${one.from}${one.failed ? " failed" : ""}`;
  const now = JSON.stringify([words.code, one.unsent, one.failed, one.at, state === "live"]);
  if (row.now !== now) {
    row.now = now;
    row.stateLine.replaceChildren(...stateOf(one));
  }
  return row.box;
}

function linked(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(end, found.index), element("a", { href: found[0], target: "_blank", rel: "noopener noreferrer nofollow" }, found[0]));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== "");
}

function stateOf(one) {
  if (one.failed) {
    return [`${words.failed}: ${one.failed}`,
            element("button", { type: "button", onclick: () => tryAgain(one.id) }, words.again),
            element("button", { type: "button", onclick: () => { forgetUnsent(one.id); changed(); } }, words.drop)];
  }
  if (one.unsent) return [state === "away" || state === "offline" ? words.waiting : words.sending];
  if (!one.at) return [];
  const clock = new Date(one.at).toLocaleString(words.code, { day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" });
  return [element("time", { datetime: one.at }, clock), ...(one.from === "visitor" ? [words.sent] : [])];
}

function fileOf(one, file, place) {
  if (one.number === null || one.number === undefined) return element("span", { class: "file" }, `${file.name} (${size(file.size)})`);
  const button = element("button", { class: "file", type: "button" }, words.download(file.name, size(file.size)));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const answer = await asVisitor(`files/${one.number}/${place}`);
      const address = URL.createObjectURL(await answer.blob());
      element("a", { href: address, download: file.name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch {
      ui.problem.textContent = words.noDownload;
    }
    button.disabled = false;
    button.focus();
  });
  return button;
}

function drawChosen() {
  ui.chosen.replaceChildren(...chosen.map((file) => element("li", {}, `${file.name} (${size(file.size)})`,
    element("button", { type: "button", "aria-label": words.detach(file.name), onclick: () => {
      chosen = chosen.filter((one) => one !== file);
      drawChosen();
      ui.attach.focus();
    } }, "×"))));
}

function drawCount() {
  const numbers = said().items.filter((one) => one.from !== "visitor" && one.number !== null).map((one) => one.number);
  const newest = Math.max(0, ...numbers);
  if (isOpen() && !document.hidden && newest > kept("seen", 0)) keep("seen", newest);
  const count = isOpen() ? 0 : numbers.filter((number) => number > kept("seen", 0)).length;
  ui.count.hidden = !count;
  ui.count.textContent = count > 99 ? "99+" : String(count);
  const label = isOpen() ? words.close : words.open;
  ui.launcher.setAttribute("aria-label", count ? `${label} (${words.unread(count)})` : label);
}

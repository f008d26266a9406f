// What the visitor reads, in his language.

const LANGUAGES = {
  "pt-BR": {
    title: "Atendimento",
    greeting: "Olá! Como podemos ajudar?",
    open: "Abrir o chat",
    close: "Fechar o chat",
    unread: (count) => (count === 1 ? "1 mensagem nova" : `${count} mensagens novas`),
    log: "Conversa",
    write: "Sua mensagem",
    leave: "Deixe sua mensagem",
    send: "Enviar",
    sendLeft: "Deixar mensagem",
    attach: "Anexar arquivos",
    detach: (name) => `Tirar ${name}`,
    download: (name, size) => `Baixar ${name} (${size})`,
    noDownload: "Não foi possível baixar o arquivo. Tente de novo.",
    you: "Você",
    agent: "Atendimento",
    machine: "Mensagem automática",
    sending: "Enviando…",
    waiting: "Aguardando conexão…",
    sent: "Enviada",
    failed: "Não enviada",
    again: "Tentar de novo",
    drop: "Descartar",
    offline: "Sem conexão. O que você escrever será enviado assim que ela voltar.",
    away: "Não conseguimos falar com o servidor. Tentando de novo…",
    unknownUser: "Sua identificação expirou. Recarregue a página para continuar.",
    openUntil: (until) => `Atendemos agora, até ${until}.`,
    openNow: "Atendemos agora.",
    closed: (back) => `Estamos fechados agora. Voltamos ${back}.`,
    closedHoliday: (back) => `Hoje é feriado. Voltamos ${back}.`,
    closedLong: "Estamos fechados agora.",
    leaveNote: "Deixe sua mensagem: ela fica guardada, e respondemos por aqui quando voltarmos.",
    who: "Seus dados (opcional)",
    name: "Nome",
    email: "E-mail",
    tooMany: (most) => `No máximo ${most} arquivos por mensagem.`,
    tooLarge: (most) => `Os arquivos passam de ${most}.`,
    refused: (status) => `o servidor não aceitou a mensagem (${status}).`,
    noFiles: "Os arquivos não estão mais neste navegador. Anexe de novo.",
    at: { today: (clock) => `hoje às ${clock}`, tomorrow: (clock) => `amanhã às ${clock}`, day: (day, clock) => `${day}, às ${clock}` },
  },
  en: {
    title: "Support",
    greeting: "Hello! How can we help?",
    open: "Open the chat",
    close: "Close the chat",
    unread: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
    log: "Conversation",
    write: "Your message",
    leave: "Leave a message",
    send: "Send",
    sendLeft: "Leave message",
    attach: "Attach files",
    detach: (name) => `Remove ${name}`,
    download: (name, size) => `Download ${name} (${size})`,
    noDownload: "The file could not be downloaded. Try again.",
    you: "You",
    agent: "Support",
    machine: "Automatic message",
    sending: "Sending…",
    waiting: "Waiting for a connection…",
    sent: "Sent",
    failed: "Not sent",
    again: "Try again",
    drop: "Discard",
    offline: "You are offline. What you write is sent as soon as you are back.",
    away: "We cannot reach the server. Trying again…",
    unknownUser: "Your sign-in has expired. Reload the page to go on.",
    openUntil: (until) => `We are here now, until ${until}.`,
    openNow: "We are here now.",
    closed: (back) => `We are closed now. Back ${back}.`,
    closedHoliday: (back) => `Today is a holiday. Back ${back}.`,
    closedLong: "We are closed now.",
    leaveNote: "Leave a message: it is kept, and we answer here when we are back.",
    who: "About you (optional)",
    name: "Name",
    email: "E-mail",
    tooMany: (most) => `At most ${most} files in a message.`,
    tooLarge: (most) => `The files are larger than ${most}.`,
    refused: (status) => `the server did not accept the message (${status}).`,
    noFiles: "The files are no longer in this browser. Attach them again.",
    at: { today: (clock) => `today at ${clock}`, tomorrow: (clock) => `tomorrow at ${clock}`, day: (day, clock) => `${day}, at ${clock}` },
  },
};
let words = LANGUAGES["pt-BR"];

function chooseLanguage(asked) {
  const wanted = [page.language, asked, document.documentElement.lang, navigator.language, "pt-BR"];
  const first = wanted.find((one) => one && one !== "auto").toLowerCase();
  const code = first.startsWith("pt") ? "pt-BR" : "en";
  words = { ...LANGUAGES[code], code };
}

function size(bytes) {
  const [amount, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${amount.toLocaleString(words.code, { maximumFractionDigits: amount < 10 ? 1 : 0 })} ${unit}`;
}

// A moment in the zone of those who come back, with its name where the visitor's clock shows something else.
function when(moment, zone) {
  const at = new Date(moment);
  const say = (options, date = at) => date.toLocaleString(words.code, { timeZone: zone, ...options });
  const clock = say({ hour: "2-digit", minute: "2-digit", hour12: false });
  const day = { year: "numeric", month: "numeric", day: "numeric" };
  const local = at.toLocaleTimeString(words.code, { hour: "2-digit", minute: "2-digit", hour12: false });
  const named = clock === local ? clock : `${clock} (${zoneName(at, zone)})`;
  const now = new Date();
  if (say(day) === say(day, now)) return words.at.today(named);
  if (say(day) === say(day, new Date(now.getTime() + 864e5))) return words.at.tomorrow(named);
  const near = at - now < 6 * 864e5;
  return words.at.day(say(near ? { weekday: "long" } : { weekday: "long", day: "numeric", month: "long" }), named);
}

function zoneName(at, timeZone) {
  const parts = new Intl.DateTimeFormat(words.code, { timeZone, timeZoneName: "longGeneric" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName").value;
}

function clockOf(moment, zone) {
  const options = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone };
  return new Date(moment).toLocaleTimeString(words.code, options);
}

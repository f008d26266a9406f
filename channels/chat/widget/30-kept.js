// What this browser keeps for this chat, shared by its windows: who the visitor is, what was said, what is unsent.
// Users whom the site signs in have a drawer of their own, which is emptied as soon as somebody else is here.

const SHELF = `balcao ${base} `;
let drawer = "visitor";
const loose = new Map();

function userOf(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).sub;
  } catch {
    return "?";
  }
}

function openDrawer(user) {
  drawer = user ? `user ${userOf(user)}` : "visitor";
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(`${SHELF}user `) && !key.startsWith(`${SHELF}${drawer} `)) localStorage.removeItem(key);
    }
  } catch {
    // Storage is forbidden: what is loose is gone with the window anyway.
  }
}

const keyOf = (name) => `${SHELF}${drawer} ${name}`;

function kept(name, otherwise) {
  const key = keyOf(name);
  let text = loose.get(key);
  try {
    text = localStorage.getItem(key) ?? text;
  } catch {
    // As above.
  }
  try {
    return text === undefined || text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

function keep(name, value) {
  const key = keyOf(name);
  loose.set(key, JSON.stringify(value));
  try {
    localStorage.setItem(key, JSON.stringify(value));
    loose.delete(key);
  } catch {
    // Full or forbidden: it stays in this window.
  }
}

// Files of unsent messages do not fit into text: they lie in IndexedDB, by the id of their message.
const blobs = new Map();

function shelfOfFiles(mode, act) {
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open("balcao", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("files");
      opening.onerror = () => resolve(undefined);
      opening.onsuccess = () => {
        const change = opening.result.transaction("files", mode);
        const asked = act(change.objectStore("files"));
        change.oncomplete = () => resolve(asked.result);
        change.onerror = change.onabort = () => resolve(undefined);
      };
    } catch {
      resolve(undefined);
    }
  });
}

function keepFiles(id, files) {
  blobs.set(id, files);
  return shelfOfFiles("readwrite", (shelf) => shelf.put(files, id));
}

async function filesOf(id) {
  return blobs.get(id) ?? (await shelfOfFiles("readonly", (shelf) => shelf.get(id)));
}

function dropFiles(id) {
  blobs.delete(id);
  return shelfOfFiles("readwrite", (shelf) => shelf.delete(id));
}

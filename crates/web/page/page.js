// The page around the interface: loads it, says what is the matter where it cannot run, and is its hand into the
// browser or into the desktop bundle. Everything else is in the module (ui/src/web.rs calls `tiebreakPage`).

const script = document.querySelector("script[data-module]");
const desktop = globalThis.__TAURI__;
const place = new URLSearchParams(location.search);
const byId = (id) => document.getElementById(id);

/** Shows what is the matter instead of the interface. */
function cover(title, words, action) {
  byId("cover").hidden = false;
  byId("cover-title").textContent = title;
  byId("cover-words").textContent = words;
  byId("cover-progress").hidden = true;
  const button = byId("cover-action");
  button.hidden = !action;
  if (action) {
    button.textContent = action.label;
    button.onclick = action.run;
    button.focus();
  }
}

const kept = "What was saved is safe, and what was begun is kept.";
const reload = { label: "Load again", run: () => location.reload() };

/** Where the picture cannot be had: the desktop bundle has another way. What was said first is the cause, and stays. */
function noPicture(title, words) {
  if (document.documentElement.dataset.state === "no-picture") return;
  const native = {
    label: "Open the native window",
    run: () => desktop.core.invoke("open_native_window").catch((error) => cover(title, String(error))),
  };
  document.documentElement.dataset.state = "no-picture";
  cover(title, words, desktop ? native : reload);
}

/** What the module said last of a fault of its own. */
let lastFault = "";
const sayFault = console.error;
console.error = (...words) => {
  lastFault = words.join(" ");
  sayFault.apply(console, words);
};

/** How often within a minute the page begins anew by itself, before it says what is the matter. */
const MOST_TIMES = 2;

/** When this page began anew by itself within the last minute. */
function timesAnew() {
  const lately = (time) => Date.now() - time < 60_000;
  return JSON.parse(sessionStorage.getItem("tiebreak-anew") ?? "[]").filter(lately);
}

/** Begins anew after a fault of the module or of the system's compiler for it, which need not come again. What was saved
 * is safe, and what was begun is kept; judgments that live in this page alone would be lost. */
function beginsAnew() {
  if (holdsJudgments) return false;
  try {
    const times = timesAnew();
    if (times.length >= MOST_TIMES) return false;
    sessionStorage.setItem("tiebreak-anew", JSON.stringify([...times, Date.now()]));
  } catch {
    // Where nothing is kept, nobody knows how often it was tried.
    return false;
  }
  location.reload();
  return true;
}

/** A module that broke off draws nothing more and hears no key, while its last picture stays. */
function brokeOff(error) {
  if (!(error instanceof WebAssembly.RuntimeError) || document.documentElement.dataset.fault) return;
  const [why] = (lastFault || String(error)).split("\n");
  document.documentElement.dataset.fault = lastFault || String(error);
  if (!beginsAnew()) noPicture("The interface broke off", `${why}. ${kept}`);
}
addEventListener("error", (event) => brokeOff(event.error));
addEventListener("unhandledrejection", (event) => brokeOff(event.reason));

/** Asks the bundle for a file of this machine. */
async function pickOnDesktop(kind, suggested) {
  const filters = {
    open_project: [{ name: "Tiebreak projects", extensions: ["tiebreak"] }],
    new_project: [{ name: "Tiebreak projects", extensions: ["tiebreak"] }],
    import_file: [{ name: "Data", extensions: ["jsonl", "json", "csv", "tsv", "gz", "parquet"] }],
    open_rubric: [{ name: "Rubrics", extensions: ["toml"] }],
    save_rubric: [{ name: "Rubrics", extensions: ["toml"] }],
    report_file: [{ name: "Pages", extensions: ["html"] }],
  }[kind] ?? [];
  const opens = ["open_project", "import_file", "open_rubric", "media_folder", "model_folder"].includes(kind);
  const options = opens
    ? { filters, directory: kind.endsWith("_folder"), multiple: false }
    : { filters, defaultPath: suggested };
  return desktop.core.invoke(opens ? "plugin:dialog|open" : "plugin:dialog|save", { options });
}

/** Asks the browser for a file, and hands it to the server; gives what the server calls it. */
function pickInBrowser(kind, suggested) {
  if (!["import_file", "open_project", "open_rubric"].includes(kind)) return Promise.resolve(suggested || null);
  return new Promise((resolve, reject) => {
    const input = byId("upload");
    input.value = "";
    input.oncancel = () => resolve(null);
    input.onchange = async () => {
      const [file] = input.files;
      if (!file) return resolve(null);
      try {
        const answer = await fetch(`/api/v1/uploads?name=${encodeURIComponent(file.name)}`, {
          method: "POST",
          headers: { "X-Tiebreak": "1", "Content-Type": "application/octet-stream" },
          body: file,
        });
        const said = await answer.json().catch(() => ({}));
        if (answer.ok) resolve(said.path);
        else reject(new Error(said.message ?? `the server refused the file with status ${answer.status}`));
      } catch (error) {
        // The network broke, or the file cannot be read any more.
        reject(new Error(`${file.name} could not be sent: ${error.message ?? error}`));
      }
    };
    input.click();
  });
}

/** Gives the browser a file that the engine wrote. */
function fetchFile(name) {
  const link = document.createElement("a");
  link.href = `/api/v1/downloads/${encodeURIComponent(name)}`;
  link.download = name;
  link.click();
}

/** Says that nobody is signed in any more. How that is done the server's own pages know; what waits here is sent by
 * the page that comes after. */
function askToSignIn() {
  const dialog = byId("signed-out");
  if (dialog.open) return;
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  byId("signed-out-action").onclick = () => location.assign("/");
  dialog.showModal();
}

let isLive = false;
/** Whether judgments live in this page alone: the server has not got them, and the browser has no room. */
let holdsJudgments = false;

const desktopWindow = desktop?.window.getCurrentWindow();

addEventListener("beforeunload", (event) => {
  if (holdsJudgments) event.preventDefault();
});

globalThis.tiebreakPage = {
  doorAddress: () => globalThis.tiebreakDoor ?? "",
  pictureForm: () => {
    const isHere = desktop || ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
    // Over a network without loss too, but for frames that move.
    return place.get("pictures") ?? (isHere ? "raw" : "mixed");
  },
  streamsEvents: () => !desktop,
  keepsSettings: () => !desktop,
  knowsFiles: () => Boolean(desktop),
  documentsFolder: () => globalThis.tiebreakDocuments ?? "",
  openedFile: () => globalThis.tiebreakOpened ?? undefined,
  onOpened: (opened) => {
    // Some were opened before this page was here.
    const take = async () => (await desktop.core.invoke("take_opened")).forEach((file) => opened(file));
    desktop?.event.listen("opened", take).then(take);
    desktop?.event.listen("tauri://drag-drop", (event) => event.payload.paths?.forEach((file) => opened(file)));
  },
  // A page that does not answer is closed all the same, after a while.
  onClosing: (closing) => {
    desktopWindow?.onCloseRequested((event) => {
      event.preventDefault();
      closing();
    });
  },
  close: () => {
    desktop?.core.invoke("leave");
  },
  staysOpen: () => {
    desktop?.core.invoke("stay_open");
  },
  pick: (kind, suggested) => (desktop ? pickOnDesktop : pickInBrowser)(kind, suggested),
  askToSignIn,
  fetchFile,
  started: () => {
    isLive = true;
    document.documentElement.dataset.state = "started";
    performance.mark("tiebreak-started");
    // When this task is over the frame is drawn, and not yet taken away.
    queueMicrotask(() => {
      byId("cover").hidden = true;
      byId("canvas").focus();
      if (isBlank()) noPicture("The picture stays empty", `The system's web view draws nothing here. ${kept}`);
    });
  },
  failed: (why) => noPicture("Nothing can be drawn", `The interface could not be started: ${why}. ${kept}`),
  waits: (judgments, isAway, cannotKeep) => {
    holdsJudgments = cannotKeep;
    document.documentElement.dataset.waiting = judgments;
    document.documentElement.dataset.network = isAway ? "away" : "there";
  },
  shows: (item) => {
    document.documentElement.dataset.item = item;
    performance.mark("tiebreak-item", { detail: item });
  },
};

/** Whether the frame that was drawn has no pixel in it; the interface's own frames are opaque. */
function isBlank() {
  const gl = byId("canvas").getContext("webgl2") ?? byId("canvas").getContext("webgl");
  if (!gl || gl.isContextLost()) return true;
  const pixel = new Uint8Array(4);
  return [0.1, 0.5, 0.9].every((share) => {
    gl.readPixels(gl.drawingBufferWidth * share, gl.drawingBufferHeight * share, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return pixel[3] === 0;
  });
}

function hasWebGl() {
  const trial = document.createElement("canvas");
  const gl = trial.getContext("webgl2") ?? trial.getContext("webgl");
  // A browser has room for a few only.
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return Boolean(gl);
}

/** Whether the browser knows the instructions for vectors: a module that has one is valid to it. */
function hasVectors() {
  const splat = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11];
  return WebAssembly.validate(new Uint8Array(splat));
}

/** Fetches the module, telling how much of it is here; the browser may keep what it compiles of it. */
async function load() {
  const [{ default: start }, answer] = await Promise.all([
    import(new URL(script.dataset.module, location.href)),
    fetch(script.dataset.wasm, { credentials: "same-origin" }),
  ]);
  if (!answer.ok) throw new Error(`the server answers with status ${answer.status}`);
  const counted = answer.clone().body.getReader();
  const total = Number(script.dataset.bytes);
  (async () => {
    for (let bytes = 0; ;) {
      const { done, value } = await counted.read();
      if (done) break;
      bytes += value.length;
      byId("cover-progress").value = bytes / total;
    }
  })().catch(() => {});
  await start({ module_or_path: answer });
  performance.mark("tiebreak-loaded");
}

// Keys that mean something here shall not mean something to the browser too. Those for its tabs and windows it keeps.
addEventListener("keydown", (event) => {
  const isChord = (event.ctrlKey || event.metaKey) && !event.altKey;
  if (["F1", "F3"].includes(event.key) || (isChord && "bdefghijklmru0123+=-".includes(event.key.toLowerCase()))) {
    event.preventDefault();
  }
}, true);

byId("canvas").addEventListener("webglcontextlost", () => {
  noPicture("The picture was lost", `The graphics driver took it away. ${kept}`);
});

if (!hasWebGl()) {
  noPicture(
    "This browser cannot draw",
    "Tiebreak draws with WebGL, which is missing or switched off here. Switch on hardware acceleration in the " +
      "browser's settings, or open this page in another browser.",
  );
} else if (!hasVectors()) {
  noPicture(
    "This browser is too old",
    "Tiebreak runs in Chrome and Edge from 91, Firefox from 89 and Safari from 16.4. Update this browser, or open this " +
      "page in another.",
  );
} else {
  load().catch((error) => {
    if (error instanceof WebAssembly.RuntimeError) return brokeOff(error);
    document.documentElement.dataset.state = "failed";
    cover("The interface could not be loaded", `${error.message ?? error}`, reload);
  });
  if (desktop) {
    setTimeout(() => isLive || noPicture("Nothing was drawn yet", `The system's web view is slow or cannot draw. ${kept}`), 20_000);
  }
}

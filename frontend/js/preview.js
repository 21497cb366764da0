// A frame with the letter, beside what is being written. It follows what is saved, and what is typed before it is saved: what
// is different in it is changed, and nothing else, so that nothing flickers and whoever reads in it stays where they are.
import { become } from "./morph.js";

// Of each frame: where its letter is, and what it shows of that. A frame may stay in the page over swaps (data-keep).
const frames = new WeakMap();

function known(frame, own) {
  if (!frames.has(frame)) frames.set(frame, { own, shows: "", turn: 0, loads: null });
  return frames.get(frame);
}

// Lets a frame show the letter as one version of the issue has it, at a place in it; the first time it shows that already.
export async function show(frame, own, version, at) {
  const isNew = !frames.has(frame);
  const state = known(frame, own);
  const before = state.shows;
  if (before === version && state.own === own) return;
  state.shows = version;
  const turn = (state.turn += 1);
  if (isNew) {
    if (at) loaded(frame, () => reveal(frame, at));
    return;
  }
  const address = new URL(own, location.href);
  address.searchParams.set("v", version);
  if (state.own !== own) {
    state.own = own;
    load(frame, state, address, at);
    return;
  }
  try {
    const answer = await fetch(address);
    const letter = await answer.text();
    if (state.turn !== turn) return;
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    await put(frame, state, turn, letter, answer.headers.get("content-type")?.startsWith("text/plain"));
    reveal(frame, at);
  } catch {
    // Signed out, or no connection: the frame itself says so.
    if (state.turn === turn) load(frame, state, address, at);
  }
}

// Lets a frame show a letter that is nowhere yet, or that came with what was just saved as a version.
export async function showLetter(frame, own, letter, at, version = "unsaved") {
  const state = known(frame, own);
  if (state.own !== own) return;
  state.shows = version;
  const turn = (state.turn += 1);
  if (isAstray(frame, state)) load(frame, state, new URL(own, location.href), "");
  await put(frame, state, turn, letter);
  reveal(frame, at);
}

// Whether a frame shows what is nowhere yet.
export const isUnsaved = (frame) => frames.get(frame)?.shows === "unsaved";

// Not by a fragment of the address: it would move the page around the frame, too.
function load(frame, state, address, at) {
  state.loads = new Promise((done) => { frame.addEventListener("load", done, { once: true }); });
  state.loads.then(() => {
    state.loads = null;
    reveal(frame, at);
  });
  frame.contentWindow.location.replace(address.href);
}

function loaded(frame, done) {
  if (isLoaded(frame)) done();
  else frame.addEventListener("load", done, { once: true });
}

async function put(frame, state, turn, letter, isText) {
  await state.loads;
  if (isAstray(frame, state)) throw new TypeError(state.own);
  await new Promise((done) => { loaded(frame, done); });
  if (state.turn !== turn) return;
  const page = frame.contentDocument;
  const wasText = page.contentType === "text/plain";
  if (wasText) {
    page.body.textContent = "";
    page.body.append(Object.assign(page.createElement("pre"), { textContent: letter }));
    return;
  }
  if (isText) throw new TypeError(page.contentType);
  // By the frame's own parser: its page may have styles in it, and this one may not.
  const fresh = new frame.contentWindow.DOMParser().parseFromString(letter, "text/html");
  become(page.documentElement, fresh.documentElement);
}

// Whether it shows what is not ours, or could not load what is: no load would come that one could wait for.
const isAstray = (frame, state) => frame.isConnected && !state.loads && !frame.contentDocument;

const isLoaded = (frame) => frame.contentDocument && frame.contentDocument.readyState !== "loading" && frame.contentDocument.URL !== "about:blank";

// Brings a part of the letter into sight, if it is out of it.
function reveal(frame, at) {
  const part = at && frame.contentDocument?.getElementById(at);
  if (!part) return;
  const inside = frame.contentWindow;
  const { top, bottom } = part.getBoundingClientRect();
  if (bottom < 0 || top > inside.innerHeight * 0.8) inside.scrollTo(inside.scrollX, inside.scrollY + top - 16);
}

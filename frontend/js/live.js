// Keeps what changes of a running mailing in step: told by the server as it happens, or asked for where that cannot be. Without
// it the page still tells the truth at every reload.
import { announce } from "./announce.js";

// In milliseconds: between two questions, after one that failed, and between two sentences to whoever hears the page.
const PAUSE = 3000;
const PATIENCE = 15000;
const BETWEEN_WORDS = 10000;

// A stream that tells nothing is held back on its way, by a proxy that collects what it is given: the first news comes at once, and
// later there is a sign of life every 15 seconds (streams.py). Then the page asks instead.
const FIRST = 6000;
const SILENCE = 40000;

// A browser opens six connections to a host; whatever else runs on a page asks instead of being told.
const MOST_STREAMS = 2;

function words(part) {
  return part.querySelector("[data-told]")?.textContent ?? "";
}

// Moves over what is different and nothing else, so that the bar glides and whatever has the focus keeps it.
function morph(here, fresh) {
  if (here.isEqualNode(fresh)) return;
  if (here.nodeType !== Node.ELEMENT_NODE) {
    here.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name } of [...here.attributes]) if (!fresh.hasAttribute(name)) here.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (here.getAttribute(name) !== value) here.setAttribute(name, value);
  const [before, after] = [[...here.childNodes], [...fresh.childNodes]];
  if (before.length === after.length && before.every((node, at) => node.nodeName === after[at].nodeName)) {
    before.forEach((node, at) => morph(node, after[at]));
    return;
  }
  const focused = here.contains(document.activeElement) ? document.activeElement.id : "";
  here.replaceChildren(...after);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

class Live {
  constructor(part, streams) {
    this.part = part;
    this.told = words(part);
    // The first news is told at once.
    this.toldAt = -BETWEEN_WORDS;
    this.isOver = false;
    if (streams && window.EventSource) this.listen();
    else this.later(PAUSE);
  }

  listen() {
    const source = new EventSource(this.part.dataset.stream);
    let silence;
    const hear = (patience) => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        source.close();
        this.later(0);
      }, patience);
    };
    hear(FIRST);
    source.onmessage = (event) => {
      hear(SILENCE);
      this.take(event.data);
      if (this.isOver) stop();
    };
    source.addEventListener("sign", () => hear(SILENCE));
    const stop = () => {
      clearTimeout(silence);
      source.close();
    };
    source.onerror = () => {
      // A stream that ended in time is opened again by the browser; one that was refused is not.
      if (source.readyState !== EventSource.CLOSED || this.isOver) return;
      stop();
      this.later(PAUSE);
    };
    addEventListener("pagehide", stop);
  }

  later(pause) {
    setTimeout(() => this.ask().catch(() => this.later(PATIENCE)), pause);
  }

  async ask() {
    if (document.hidden) {
      this.later(PAUSE);
      return;
    }
    const answer = await fetch(this.part.dataset.poll, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    this.take(await answer.text());
    if (!this.isOver) this.later(PAUSE);
  }

  take(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const news of fresh.querySelectorAll("[data-live-piece]")) {
      const here = this.part.querySelector(`[data-live-piece="${CSS.escape(news.dataset.livePiece)}"]`);
      if (here) morph(here, news);
    }
    this.tell();
    if (fresh.querySelector("[data-over]") && !this.isOver) {
      // Everybody is settled: the whole page has news.
      this.isOver = true;
      setTimeout(() => location.reload(), 1000);
    }
  }

  tell() {
    const said = words(this.part);
    if (!said || said === this.told || performance.now() - this.toldAt < BETWEEN_WORDS) return;
    this.told = said;
    this.toldAt = performance.now();
    announce(said);
  }
}

for (const hint of document.querySelectorAll(".live__hint")) hint.hidden = true;
document.querySelectorAll("[data-stream]").forEach((part, at) => new Live(part, at < MOST_STREAMS));

// What is typed and not saved yet, shown in the letter beside it. The server makes that letter, by its own rules, and writes
// nothing down.
import { showLetter } from "./preview.js";
import { _ } from "./words.js";

// From a key that is not shown yet to the question; who types on is shown where they are, not where they stop.
const PAUSE = 60;
// A server that is slower than this is asked anew with what is typed by then; and once more if nothing is, with more patience.
const LONGEST = 4000;
const LONGEST_AGAIN = 20000;

// *look* gives what is to be shown now: the frame and its letter's address, where to ask, what is sent, the place in the letter.
export function follower(look) {
  let timer = 0;
  let asked = null;
  let isBehind = false;

  function later() {
    timer ||= setTimeout(() => ask(), PAUSE);
  }

  // One question at a time: a question that is given up is worked on by the server all the same, and makes the next one late.
  async function ask(isAgain = false) {
    timer = 0;
    if (asked) {
      isBehind = true;
      return;
    }
    isBehind = false;
    const now = look();
    if (!now) return;
    const question = new AbortController();
    asked = question;
    const patience = setTimeout(() => question.abort(), isAgain ? LONGEST_AGAIN : LONGEST);
    let isLost = false;
    try {
      await told(now, await fetch(now.address, { method: "POST", body: now.body, signal: question.signal }), question.signal);
    } catch {
      isLost = true;
    }
    clearTimeout(patience);
    if (asked !== question) return;
    asked = null;
    const isLate = question.signal.aborted;
    if (isLate) say(isAgain ? _("Not shown: it takes too long. It is shown when it is saved.") : _("Not shown yet: it takes longer than usual"), "wait");
    else if (isLost) say(_("Not shown yet: no connection"), "wait");
    if (isBehind) ask();
    else if (isLate && !isAgain) ask(true);
  }

  // What was asked for is shown no more: it is saved, or given up.
  function stop() {
    clearTimeout(timer);
    timer = 0;
    isBehind = false;
    asked?.abort();
    asked = null;
  }

  return { later, stop };
}

async function told(now, answer, signal) {
  const said = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
  if (signal.aborted) return;
  if (!answer.ok || !said.letter) {
    say(said.error ? _("Not shown: %(why)s", { why: said.error }) : _("Not shown yet: no connection"), "stop");
    return;
  }
  await showLetter(now.frame, now.own, said.letter, now.at);
  if (signal.aborted) return;
  write(said.envelope);
  say(document.getElementById("unsaved")?.dataset.words ?? "", "wait");
}

function write({ size, most, over, ...lines }) {
  const place = document.getElementById("envelope");
  if (!place) return;
  for (const line of place.querySelectorAll("[data-told]")) line.textContent = lines[line.dataset.told] ?? "";
  const bar = place.querySelector("progress");
  bar.value = Math.min(size, most);
  bar.max = most;
  bar.closest(".meter").classList.toggle("meter--over", over);
}

// How what is shown stands to what is kept. Nobody is told aloud: it would be said at every key.
export function say(words, kind = "") {
  const line = document.getElementById("unsaved");
  if (!line) return;
  line.textContent = words;
  line.dataset.kind = kind;
}

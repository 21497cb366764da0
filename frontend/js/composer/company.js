// Shows who else has the issue open, and at which card, section or title each of them is.
import { here } from "../presence.js";
import { ngettext } from "../words.js";
import { always, composer } from "./page.js";

// What each is at, by where they are: the place on this page, and where in it that is told.
const PLACES = [
  [/^[atc](\d+)$/, (number) => `a${number}`, ".entry__what"],
  [/^[sn](\d+)$/, (number) => `s${number}`, ".section__head"],
  [/^head$/, () => "head", ""],
];

let company = [];

function spot(place) {
  for (const [pattern, id, within] of PLACES) {
    const found = pattern.exec(place);
    const element = found && document.getElementById(id(found[1]));
    if (element) return within ? element.querySelector(`:scope > ${within}`) : element;
  }
  return null;
}

function namesBySpot() {
  const found = new Map();
  for (const { name, place } of company) {
    const at = spot(place);
    if (at) found.set(at, (found.get(at) ?? new Set()).add(name));
  }
  return found;
}

const told = (names) => ngettext("%(names)s is writing here", "%(names)s are writing here", names.length, { names: names.join(", ") });

function mark() {
  const wanted = namesBySpot();
  for (const one of document.querySelectorAll("[data-writers]")) {
    if (!wanted.has(one.parentElement)) one.remove();
  }
  for (const [at, names] of wanted) {
    let one = at.querySelector(":scope > [data-writers]");
    if (!one) {
      one = Object.assign(document.createElement("p"), { className: "writers mark mark--moves small" });
      one.dataset.writers = "";
      at.append(one);
    }
    const text = told([...names]);
    if (one.textContent !== text) one.textContent = text;
  }
}

function greet() {
  const line = document.getElementById("others");
  const names = [...new Set(company.map((one) => one.name))];
  const text = names.length
    ? ngettext("%(names)s has this issue open, too.", "%(names)s have this issue open, too.", names.length, { names: names.join(", ") })
    : "";
  if (!line || line.textContent === text) return;
  line.textContent = text;
  line.hidden = !text;
  // Who comes is told; where somebody goes from card to card is seen by whoever looks.
  if (text) dispatchEvent(new CustomEvent("desk:say", { detail: text }));
}

function show(others) {
  company = others;
  greet();
  mark();
}

const address = composer()?.dataset.here;

if (address) {
  let open = composer().dataset.open;
  const place = () => ({ place: composer()?.dataset.open ?? "" });
  const say = here(address, () => document.getElementById("act").elements.csrf.value, place, show);
  always(() => {
    mark();
    const now = composer()?.dataset.open ?? "";
    if (now === open) return;
    open = now;
    say();
  });
}

// Alt and the arrow keys move the card that the focus is in, or the section at its title, as their buttons do.
import { always, isBusy } from "./page.js";

const STEPS = { ArrowUp: "up", ArrowDown: "down" };

// Pressed while a move was on its way.
let waiting = [];

function step(id) {
  const button = document.getElementById(id);
  if (button && button.getAttribute("aria-disabled") !== "true") button.click();
}

// The button that moves what holds an element a step on.
function mover(element, key) {
  const card = element.closest?.(".entry[id^='a']");
  if (card) return STEPS[key] + card.id.slice(1);
  const section = element.closest?.(".section__head")?.closest(".section[id^='s']");
  return section ? `s${STEPS[key]}${section.id.slice(1)}` : "";
}

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !(event.key in STEPS)) return;
  const id = mover(event.target, event.key);
  if (!id) return;
  event.preventDefault();
  if (isBusy()) waiting.push(id);
  else step(id);
});

always(() => {
  // Behind what else looks at the new page, the focus among it.
  setTimeout(() => { if (waiting.length && !isBusy()) step(waiting.shift()); });
});

// A move that was refused is told; those behind it were meant for another page.
addEventListener("htmx:response:error", () => { waiting = []; });

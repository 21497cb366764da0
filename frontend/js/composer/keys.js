// Alt and the arrow keys move the card that the focus is in, as its buttons do.
import { always, isBusy } from "./page.js";

const STEPS = { ArrowUp: "up", ArrowDown: "down" };

// Pressed while a move was on its way.
let waiting = [];

function step(id) {
  const button = document.getElementById(id);
  if (button && button.getAttribute("aria-disabled") !== "true") button.click();
}

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".entry[id^='a']");
  if (!card || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !(event.key in STEPS)) return;
  event.preventDefault();
  const id = STEPS[event.key] + card.id.slice(1);
  if (isBusy()) waiting.push(id);
  else step(id);
});

always(() => {
  // Behind what else looks at the new page, the focus among it.
  setTimeout(() => { if (waiting.length && !isBusy()) step(waiting.shift()); });
});

// A move that was refused is told; those behind it were meant for another page.
addEventListener("htmx:response:error", () => { waiting = []; });

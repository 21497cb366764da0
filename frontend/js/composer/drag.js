// Cards and posts are dragged by their handles, with a mouse or a finger.
import Sortable from "sortablejs";
import { always, composer, press } from "./page.js";

const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
let putBack = null;

const usual = () => ({
  group: "articles",
  animation: isCalm.matches ? 0 : 150,
  handle: ".entry__grip",
  ghostClass: "entry--ghost",
  // A finger that only scrolls takes nothing along.
  delay: 120,
  delayOnTouchOnly: true,
  touchStartThreshold: 4,
});

function dropped({ item, from, to, oldDraggableIndex, newDraggableIndex }) {
  if (from === to && oldDraggableIndex === newDraggableIndex) return;
  putBack = () => from.insertBefore(item, from.children[oldDraggableIndex + (from === to && newDraggableIndex < oldDraggableIndex ? 1 : 0)] ?? null);
  press("", { do: `place ${item.id.slice(1)}`, section: to.dataset.section, place: newDraggableIndex + 1 });
}

function taken({ item, to, newDraggableIndex }) {
  if (!item.dataset.post) return;
  item.remove();
  const action = document.getElementById("pool-form").getAttribute("action");
  press(action, { take: item.dataset.post, section: to.dataset.section, place: newDraggableIndex + 1 });
}

always(() => {
  putBack = null;
  for (const list of composer()?.querySelectorAll("ol.entries[data-section]") ?? []) {
    if (!Sortable.get(list)) Sortable.create(list, { ...usual(), draggable: ".entry", onUpdate: dropped, onAdd: (event) => (event.item.dataset.post ? taken(event) : dropped(event)) });
  }
  for (const pool of composer()?.querySelectorAll("ul.pool__posts") ?? []) {
    if (!Sortable.get(pool)) Sortable.create(pool, { ...usual(), group: { name: "articles", pull: "clone", put: false }, sort: false, draggable: ".pool__post" });
  }
});

// There was no answer: what is seen is again what is kept.
addEventListener("htmx:error", () => {
  if (!putBack) return;
  putBack();
  putBack = null;
  dispatchEvent(new CustomEvent("desk:say", { detail: "Not moved: there was no answer. The card is where it was." }));
});

document.documentElement.classList.add("drags");

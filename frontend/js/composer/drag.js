// Sections, cards and posts are dragged by their handles, with a mouse or a finger.
import Sortable from "sortablejs";
import { _ } from "../words.js";
import { always, composer, press } from "./page.js";

const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
let putBack = null;

const usual = (group, handle) => ({
  group,
  animation: isCalm.matches ? 0 : 150,
  handle,
  ghostClass: "is-ghost",
  // A finger that only scrolls takes nothing along.
  delay: 120,
  delayOnTouchOnly: true,
  touchStartThreshold: 4,
});

const cards = () => usual("articles", ".entry__grip");

// Remembers how to lay something back where it was taken, in case nobody answers.
function remember({ item, from, to, oldDraggableIndex, newDraggableIndex }) {
  const before = oldDraggableIndex + (from === to && newDraggableIndex < oldDraggableIndex ? 1 : 0);
  putBack = () => from.insertBefore(item, from.children[before] ?? null);
}

const isWhereItWas = ({ from, to, oldDraggableIndex, newDraggableIndex }) => from === to && oldDraggableIndex === newDraggableIndex;

function dropped(event) {
  if (isWhereItWas(event)) return;
  remember(event);
  const { item, to, newDraggableIndex } = event;
  press("", { do: `place ${item.id.slice(1)}`, section: to.dataset.section, place: newDraggableIndex + 1 });
}

// While sections are put in order they show their titles alone: nobody drags past a hundred articles.
function fold({ item, to, originalEvent }) {
  to.classList.add("is-ordering");
  scrollBy(0, item.getBoundingClientRect().top - (originalEvent?.clientY ?? 0) + 16);
}

function unfold({ item, to }) {
  to.classList.remove("is-ordering");
  item.scrollIntoView({ block: "nearest" });
}

function sectionDropped(event) {
  if (isWhereItWas(event)) return;
  remember(event);
  press("", { do: `section-place ${event.item.id.slice(1)}`, place: event.newDraggableIndex + 1 });
}

function taken({ item, to, newDraggableIndex }) {
  if (!item.dataset.post) return;
  item.remove();
  const action = document.getElementById("pool-form").getAttribute("action");
  press(action, { take: item.dataset.post, section: to.dataset.section, place: newDraggableIndex + 1 });
}

function arm(places, options) {
  for (const place of composer()?.querySelectorAll(places) ?? []) if (!Sortable.get(place)) Sortable.create(place, options());
}

always(() => {
  putBack = null;
  arm("#order", () => ({ ...usual("sections", ".section__grip"), draggable: ".section", onStart: fold, onEnd: unfold, onUpdate: sectionDropped }));
  arm("ol.entries[data-section]", () => ({
    ...cards(), draggable: ".entry", onUpdate: dropped, onAdd: (event) => (event.item.dataset.post ? taken(event) : dropped(event)),
  }));
  arm("ul.pool__posts", () => ({ ...cards(), group: { name: "articles", pull: "clone", put: false }, sort: false, draggable: ".pool__post" }));
});

// There was no answer: what is seen is again what is kept.
addEventListener("htmx:error", () => {
  if (!putBack) return;
  putBack();
  putBack = null;
  dispatchEvent(new CustomEvent("desk:say", { detail: _("Not moved: there was no answer. What you dragged is where it was.") }));
});

document.documentElement.classList.add("drags");

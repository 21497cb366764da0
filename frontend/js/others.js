// Shows who else has the text open that is being written.
import { here } from "./presence.js";
import { ngettext } from "./words.js";

export function present(form) {
  const note = document.querySelector("#others");
  const line = note.querySelector("[data-told]");

  here(form.dataset.here, () => form.elements.csrf.value, () => ({}), (others) => {
    const names = others.join(", ");
    const told = names ? ngettext("%(names)s has this text open, too.", "%(names)s have this text open, too.", others.length, { names }) : "";
    if (line.textContent === told && note.hidden === !told) return;
    line.textContent = told;
    note.hidden = !told;
    if (told) dispatchEvent(new CustomEvent("desk:say", { detail: told }));
  });
}

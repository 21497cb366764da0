// What is being typed: counted, kept over swaps of the page around it, and not left behind unasked.
import { _, ngettext } from "../words.js";
import { always, composer } from "./page.js";

const SEARCH_AFTER = 300;
let search = 0;

const isTypedInto = (form) => form?.matches("#composer form[id^='form-']") ?? false;

function count(field) {
  const told = document.querySelector(`[data-counts="${CSS.escape(field.id)}"]`);
  if (!told) return;
  const length = [...field.value].length;
  const seen = Number(told.dataset.shown);
  if (!length) told.textContent = ngettext("Phones show about %(num)s character.", "Phones show about %(num)s characters.", seen);
  else if (length <= seen) told.textContent = ngettext("%(num)s character; phones show all of it.", "%(num)s characters; phones show all of it.", length);
  else told.textContent = ngettext("%(num)s character; phones show about %(shown)s of them.", "%(num)s characters; phones show about %(shown)s of them.", length, { shown: seen });
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  count(event.target);
  // Left as it is when the page around it changes (htmx-config.js).
  if (isTypedInto(form)) form.dataset.dirty = "";
  if (!form?.matches(".pool__search")) return;
  clearTimeout(search);
  search = setTimeout(() => form.requestSubmit(), SEARCH_AFTER);
});

// Whoever is shown the issue as it is now saves over that.
always(() => {
  for (const form of document.querySelectorAll("#composer form[data-dirty]")) form.elements.version.value = composer().dataset.version;
});

// A reader's name or answer, put in where the text is being written; never without words for whoever has not said it.
always(() => {
  for (const button of document.querySelectorAll("#composer [data-slot-into]")) button.hidden = false;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-slot-into]");
  if (!button) return;
  const text = document.getElementById(button.dataset.slotInto);
  const key = document.getElementById("slot").value;
  const otherwise = document.getElementById("otherwise");
  const words = otherwise.value.replace(/[{}|<>]/g, "").trim();
  otherwise.setCustomValidity(key === "name" || words ? "" : _("Say what stands there for whoever has not said it."));
  if (!otherwise.reportValidity()) return;
  text.setRangeText(key === "name" ? "{{ name }}" : `{{ ${key} | ${words} }}`, text.selectionStart, text.selectionEnd, "end");
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("input", (event) => { if (event.target.id === "otherwise") event.target.setCustomValidity(""); });

let isSaving = false;
document.addEventListener("submit", () => { isSaving = true; });
addEventListener("htmx:finally:request", () => { isSaving = false; });
addEventListener("beforeunload", (event) => {
  if (!isSaving && document.querySelector("#composer form[data-dirty]")) event.preventDefault();
});

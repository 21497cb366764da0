// <button type="button" hidden data-copy="#record">Copy</button>: puts the text or value of an element into the clipboard.
// The button is hidden where there is no script, because then it would do nothing.
import { announce } from "./announce.js";
import { _ } from "./words.js";

const SHOWN_FOR = 2000;

function show(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
}

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  if (!source) return;
  await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
  const words = button.textContent;
  button.textContent = button.dataset.copied ?? _("Copied");
  announce(button.textContent);
  setTimeout(() => { button.textContent = words; }, SHOWN_FOR);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (button) copy(button).catch(() => announce(_("It could not be copied.")));
});
show(document);
addEventListener("htmx:after:settle", () => show(document));

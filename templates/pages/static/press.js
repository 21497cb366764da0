// Presses the one button of a page for a person: at their first movement, touch or key. A mail scanner that opens the page
// and runs its scripts does none of these, and changes nothing. Without this script the button waits to be pressed.
(() => {
  const form = document.querySelector("form[data-press]");
  if (!form) return;
  const ready = performance.now() + Number(form.dataset.press);
  let pressed = false;

  const press = () => {
    if (pressed) return;
    pressed = true;
    form.requestSubmit();
  };
  const notice = (event) => {
    if (!event.isTrusted || pressed) return;
    // Ctrl+W closes the page, and Escape is no yes.
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape") return;
    for (const kind of kinds) removeEventListener(kind, notice);
    setTimeout(press, Math.max(0, ready - performance.now()));
  };
  const kinds = ["pointermove", "pointerdown", "touchstart", "keydown"];
  for (const kind of kinds) addEventListener(kind, notice, { passive: true });
  form.addEventListener("submit", () => { pressed = true; });
  for (const note of document.querySelectorAll("[data-press-note]")) note.hidden = false;
})();

// Keeps the focus over swaps. htmx keeps it where the new content has an element of the same id; where it has none, the
// focus would fall to the top of the page, and whoever uses the keyboard would start again.

// Of elements that had the focus in what is about to be swapped: the nearest that stays.
let refuge = null;

addEventListener("htmx:before:swap", (event) => {
  const focused = document.activeElement;
  const target = event.detail?.ctx?.target;
  refuge = focused && target?.contains?.(focused) ? { id: focused.id, target: target.id } : null;
});

addEventListener("htmx:after:settle", () => {
  if (!refuge || document.activeElement !== document.body) return;
  const fresh = document.getElementById(refuge.id) ?? document.getElementById(refuge.target);
  refuge = null;
  if (!fresh) return;
  if (fresh.tabIndex < 0 && !fresh.hasAttribute("tabindex")) fresh.setAttribute("tabindex", "-1");
  fresh.focus({ preventScroll: true });
});

// The letter beside a text follows what is written, and each save of it.
import { show } from "./preview.js";
import { follower, say } from "./unsaved.js";

export function beside(form, editor) {
  const frame = document.getElementById("preview-frame");
  // A phone has no room for it: what nobody sees is not loaded.
  if (!frame?.checkVisibility()) return;
  const own = frame.src;
  const { csrf, version, title, byline } = form.elements;

  const { later, stop } = follower(() => ({
    frame,
    own,
    address: form.dataset.shown,
    body: new URLSearchParams({
      csrf: csrf.value,
      version: version.value,
      title: title.value,
      byline: byline.value,
      document: JSON.stringify(editor.getJSON()),
    }),
    at: "",
  }));

  show(frame, own, version.value, frame.dataset.at);
  editor.on("update", later);
  for (const line of [title, byline]) line.addEventListener("input", later);
  addEventListener("desk:saved", ({ detail }) => {
    if (!detail.isAll) {
      later();
      return;
    }
    stop();
    say("");
    show(frame, own, String(detail.version), "");
  });
  // What an old version said stands in the editor, and not in the letter.
  if (form.dataset.unsaved !== undefined) later();
}

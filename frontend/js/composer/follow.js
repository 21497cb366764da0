// The preview follows what is saved, and shows the article that was.
import { always, composer } from "./page.js";

// What a frame shows. It stays in the page over swaps (data-keep), so that it does not go white, and not into the history.
const shown = new WeakMap();

always(() => {
  const frame = document.getElementById("preview-frame");
  const own = document.getElementById("preview-own");
  if (!frame || !own) return;
  const address = new URL(own.href);
  address.searchParams.set("v", composer().dataset.version);
  const wanted = address.href;
  const before = shown.get(frame);
  shown.set(frame, wanted);
  if (before === undefined || before === wanted) return;
  address.hash = document.getElementById("told")?.dataset.at ?? "";
  frame.contentWindow.location.replace(address.href);
});

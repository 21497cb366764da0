// The letter beside a text follows each save of it.
import { show } from "./preview.js";

const frame = document.getElementById("preview-frame");
const form = document.querySelector("form[data-writing]");

// A phone has no room for it: what nobody sees is not loaded.
function follow(version) {
  if (frame?.checkVisibility()) show(frame, frame.src, version, new URL(frame.src).hash);
}

if (form) follow(form.elements.version.value);
addEventListener("desk:saved", (event) => follow(event.detail));

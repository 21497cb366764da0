// The preview follows what is saved, and shows the article that was.
import { show } from "../preview.js";
import { always, composer } from "./page.js";

always(() => {
  const frame = document.getElementById("preview-frame");
  const own = document.getElementById("preview-own");
  if (frame && own) show(frame, own.href, composer().dataset.version, document.getElementById("told")?.dataset.at ?? "");
});

// As soon as the answer is here, and not only when the page is changed after it.
addEventListener("htmx:after:request", (event) => {
  const frame = document.getElementById("preview-frame");
  const text = event.detail?.ctx?.text ?? "";
  const version = /id="composer" data-version="(\d+)"/.exec(text);
  const own = /id="preview-own" href="([^"]+)"/.exec(text);
  if (frame && version && own) show(frame, own[1].replaceAll("&amp;", "&"), version[1], /data-at="(a\d+)"/.exec(text)?.[1] ?? "");
});

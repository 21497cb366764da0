// The preview follows what is typed and what is saved, and shows the article that was.
import { show, showLetter } from "../preview.js";
import { follower } from "../unsaved.js";
import { always, composer } from "./page.js";

const preview = () => document.getElementById("preview-frame");

// The form that somebody is typing into: the one with the last key, else any that is not saved.
let latest = null;
const typed = () => (latest?.isConnected && latest.dataset.dirty !== undefined ? latest : document.querySelector("#composer form[data-previewed][data-dirty]"));

// Its article is brought into sight once.
let revealed = "";

const { later, stop } = follower(() => {
  const frame = preview();
  const form = typed();
  // On a phone it stands on another tab: what nobody sees is not asked for.
  if (!form || !frame?.checkVisibility()) return null;
  const own = document.getElementById("preview-own").href;
  // A file is brought with the save.
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const at = form.id === revealed ? "" : form.id.replace("form-", "");
  revealed = form.id;
  return { frame, own, address: `${form.getAttribute("action")}/unsaved${new URL(own).search}`, body, at };
});

document.addEventListener("input", ({ target }) => {
  if (!target.form?.matches("[data-previewed]")) return;
  latest = target.form;
  later();
});
document.addEventListener("submit", stop);

always(() => {
  const frame = preview();
  const own = document.getElementById("preview-own");
  const form = typed();
  if (!form) revealed = "";
  if (!frame || !own) return;
  show(frame, own.href, composer().dataset.version, document.getElementById("told")?.dataset.at ?? "");
  if (form) later();
});

// What is saved is seen in the letter first, and then the page changes: it takes as long again to be made and put in place.
// Where no letter comes, the page that does tells which version it is of.
async function letterFirst(address, request) {
  request.body.set("by", "script");
  const answer = await fetch(address, request);
  if (!answer.headers.get("content-type")?.includes("json")) return answer;
  const { place, letter, version } = await answer.json();
  const page = fetch(place, { headers: request.headers, signal: request.signal });
  const frame = preview();
  if (letter && frame) {
    const at = /[?&]on=(\d+)/.exec(place);
    showLetter(frame, document.getElementById("preview-own").href, letter, at ? `a${at[1]}` : "", String(version)).catch(() => {});
  }
  return page;
}

addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  // What nobody sees is not waited for.
  if (ctx.target?.id === "composer" && ctx.request.method === "POST" && preview()?.checkVisibility()) ctx.fetch = letterFirst;
});

// As soon as the answer is here, and not only when the page is changed after it.
addEventListener("htmx:after:request", (event) => {
  const frame = preview();
  const text = event.detail?.ctx?.text ?? "";
  const version = /id="composer" data-version="(\d+)"/.exec(text);
  const own = /id="preview-own" href="([^"]+)"/.exec(text);
  if (!frame || !version || !own || version[1] === composer()?.dataset.version) return;
  const address = new URL(own[1].replaceAll("&amp;", "&"), location.href).href;
  show(frame, address, version[1], /data-at="(a\d+)"/.exec(text)?.[1] ?? "");
});

// An answer that is no composer, because one is signed out or something broke, takes nothing away from the page.
import { _ } from "../words.js";

const told = () => _(
  "Not done: the desk answered with another page, perhaps because you are signed out. "
    + "What you typed stands here still; copy it before you load the page again.",
);

addEventListener("htmx:before:swap", (event) => {
  const ctx = event.detail?.ctx;
  if (ctx?.target?.id !== "composer" || /id="composer"/.test(ctx.text ?? "")) return;
  event.preventDefault();
  document.getElementById("unanswered")?.remove();
  const note = document.createElement("div");
  note.id = "unanswered";
  note.className = "note note--stop";
  note.setAttribute("role", "alert");
  note.append(Object.assign(document.createElement("p"), { textContent: told() }));
  document.querySelector(".composer__head").after(note);
  note.scrollIntoView({ block: "center" });
});

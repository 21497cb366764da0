// Says every 20 seconds that this window has the text open, and shows who else has.
import { ngettext } from "./words.js";

const BEAT = 20000;

export function present(form) {
  const note = document.querySelector("#others");
  const line = note.querySelector("[data-told]");
  const own = `${performance.timeOrigin}-${Math.random()}`;
  const body = (more = {}) => new URLSearchParams({ csrf: form.elements.csrf.value, window: own, ...more });

  async function beat() {
    // A hidden window writes nothing.
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(form.dataset.here, { method: "POST", body: body() });
        if (answer.ok) show((await answer.json()).others);
      } catch {
        // Without a connection nobody is told of anybody.
      }
    }
    setTimeout(beat, BEAT);
  }

  function show(others) {
    const names = others.join(", ");
    const told = names ? ngettext("%(names)s has this text open, too.", "%(names)s have this text open, too.", others.length, { names }) : "";
    if (line.textContent === told && note.hidden === !told) return;
    line.textContent = told;
    note.hidden = !told;
    if (told) dispatchEvent(new CustomEvent("desk:say", { detail: told }));
  }

  addEventListener("pagehide", () => navigator.sendBeacon(form.dataset.here, body({ leaves: "1" })));
  beat();
}

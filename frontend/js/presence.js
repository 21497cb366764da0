// Says every 20 seconds where this window is, and hands on who else is there.
const BEAT = 20000;
// Moves are said at once, but not each of somebody who looks through the cards.
const SHORTEST = 2000;

// `place` gives where the window is, `show` is handed who else is; gives a function that says at once where it is now.
export function here(address, csrf, place, show) {
  const own = `${performance.timeOrigin}-${Math.random()}`;
  const body = (more) => new URLSearchParams({ csrf: csrf(), window: own, ...more });
  let waiting;
  let last = 0;

  async function beat() {
    clearTimeout(waiting);
    last = Date.now();
    // A hidden window writes nothing.
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(address, { method: "POST", body: body(place()) });
        if (answer.ok) show((await answer.json()).others);
      } catch {
        // Without a connection nobody is told of anybody.
      }
    }
    clearTimeout(waiting);
    waiting = setTimeout(beat, BEAT);
  }

  addEventListener("pagehide", () => navigator.sendBeacon(address, body({ leaves: "1" })));
  addEventListener("pageshow", (event) => { if (event.persisted) beat(); });
  beat();
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(beat, Math.max(0, last + SHORTEST - Date.now()));
  };
}

// Keeps the bar of a running mailing in step; without it the page still tells the truth at every reload.
(() => {
  "use strict";

  const PAUSE = 2000;
  const PATIENCE = 15000;

  async function refresh(part) {
    const answer = await fetch(part.dataset.refresh, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (fresh.querySelector("[data-done]")) {
      // Everybody is settled: the whole page has news, not only the bar.
      window.location.reload();
      return;
    }
    take(part, fresh);
    window.setTimeout(keep, PAUSE, part);
  }

  // Moves values over instead of nodes, so that the bar glides and a screen reader is told only what changed.
  function take(part, fresh) {
    for (const news of fresh.querySelectorAll("[data-part]")) {
      const here = document.querySelector(`[data-part="${CSS.escape(news.dataset.part)}"]`);
      if (here && here.textContent !== news.textContent) {
        here.textContent = news.textContent;
      }
    }
    const bar = part.querySelector("progress");
    const newBar = fresh.querySelector("progress");
    if (bar && newBar) {
      bar.max = newBar.max;
      bar.value = newBar.value;
    }
  }

  function keep(part) {
    refresh(part).catch(() => window.setTimeout(keep, PATIENCE, part));
  }

  for (const part of document.querySelectorAll("[data-refresh]")) {
    window.setTimeout(keep, PAUSE, part);
  }
})();

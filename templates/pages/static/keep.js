// Keeps what a guest writes while they write. What cannot be kept stays on the page, and in this window should it be closed.
// Without this script a button keeps it.
(() => {
  const form = document.querySelector("form[data-keeps]");
  if (!form) return;
  // After the last key; and while somebody writes without a pause. In milliseconds.
  const pause = 4000;
  const longest = 30000;
  const again = 15000;
  const line = document.querySelector("#kept");
  const shelf = `guest:${location.pathname}`;
  const fields = [...form.elements].filter((field) => field.matches("input:not([type]), textarea"));

  const typed = () => JSON.stringify(fields.map((field) => field.value));
  // What the server has: a browser that goes back may have filled the form anew by now.
  let kept = form.dataset.kept === "no" ? "" : JSON.stringify(fields.map((field) => field.defaultValue));
  // What a button sent; whether it came to be kept, the next page knows.
  let sent = "";
  let timer = 0;
  let since = 0;
  let busy = false;
  // Another window kept something, or nothing is kept any more: somebody decides by a button.
  let stopped = false;

  const tell = (words) => { if (line.textContent !== words) line.textContent = words; };

  const later = (wait) => {
    if (stopped) return;
    since ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(keep, Math.max(0, Math.min(wait, since + longest - Date.now())));
  };

  const shelve = () => {
    try {
      sessionStorage.setItem(shelf, JSON.stringify({ seen: form.elements.seen.value, typed: fields.map((field) => field.value) }));
    } catch {
      // A full shelf: the page itself still has it.
    }
  };

  async function keep() {
    if (busy || stopped) return;
    busy = true;
    since = 0;
    const now = typed();
    try {
      // Files, and what takes a picture away, wait for a button.
      const body = new URLSearchParams(fields.map((field) => [field.name, field.value]));
      for (const name of ["lang", "seen"]) body.set(name, form.elements[name].value);
      body.set("by", "script");
      const answer = await fetch(form.action, { method: "POST", body });
      // Too often: it waits.
      if (answer.status === 429 || answer.status >= 500) throw new Error(String(answer.status));
      const said = answer.headers.get("content-type")?.includes("json") ? await answer.json() : { said: form.dataset.closed };
      if (said.seen) {
        kept = now;
        form.elements.seen.value = said.seen;
        sessionStorage.removeItem(shelf);
        tell(typed() === kept ? said.said : form.dataset.waits);
      } else {
        shelve();
        // What is too long is kept once it is shorter.
        stopped = answer.status !== 422;
        tell(said.said);
      }
      if (said.seen && typed() !== kept) later(pause);
    } catch {
      shelve();
      tell(form.dataset.lost);
      clearTimeout(timer);
      timer = setTimeout(keep, again);
    }
    busy = false;
  }

  form.addEventListener("input", () => {
    if (stopped || typed() === kept) return;
    if (line.textContent !== form.dataset.lost) tell(form.dataset.waits);
    later(pause);
  });
  form.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      // The browser's own page would take this one's place.
      event.preventDefault();
      shelve();
      tell(form.dataset.lost);
      return;
    }
    clearTimeout(timer);
    sent = typed();
    shelve();
  });
  addEventListener("pageshow", ({ persisted }) => {
    sent = "";
    // Come back to: it may have been kept or not.
    if (persisted && typed() !== kept) later(0);
  });
  addEventListener("online", () => { if (typed() !== kept) keep(); });
  addEventListener("beforeunload", (event) => {
    if (typed() === kept || typed() === sent) return;
    shelve();
    event.preventDefault();
  });

  const found = JSON.parse(sessionStorage.getItem(shelf) ?? "null");
  if (found && (form.dataset.kept === "yes" || JSON.stringify(found.typed) === kept)) sessionStorage.removeItem(shelf);
  else if (found?.typed?.length === fields.length) {
    found.typed.forEach((value, at) => { fields[at].value = value; });
    // Over what it was written on, so that what another window kept since is not written over.
    form.elements.seen.value = found.seen;
    tell(form.dataset.waits);
    later(0);
  }
})();

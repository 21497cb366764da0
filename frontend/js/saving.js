// Saves a text while it is written. What cannot be saved stays on the page, and in this window should the page be closed.
import { _ } from "./words.js";

// After the last key; and while somebody writes without a pause.
const PAUSE = 2500;
const LONGEST = 20000;
// Between tries without a connection.
const TRIES = [3000, 10000, 30000, 60000];

const SIGNED_OUT = new Set([401, 403]);

export function keeper(form, editor) {
  const line = document.querySelector("#saved");
  const shelf = `text:${form.action}`;
  // What an old version said is not in the issue until somebody saves it.
  let saved = form.dataset.unsaved === undefined ? text(editor) : "";
  // Title and byline are saved when they are left: half a name is nobody's.
  let lines = typed(form);
  let kept = lines;
  let timer = 0;
  let since = 0;
  let busy = false;
  // Save was pressed while a save was on its way: what came after goes at once behind it.
  let asked = false;
  let failures = 0;
  // Refused in words: it is not tried again before something is changed.
  let refused = false;

  const isDirty = () => text(editor) !== saved || JSON.stringify(lines) !== JSON.stringify(kept);

  function tell(words, kind = "") {
    line.textContent = words;
    line.dataset.kind = kind;
  }

  function later(wait = PAUSE) {
    since ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(wait, since + LONGEST - Date.now())));
  }

  async function save() {
    if (busy) return;
    if (!lines.title.trim()) {
      refused = true;
      tell(_("Not saved: the text needs a title."), "stop");
      return;
    }
    busy = true;
    clearTimeout(timer);
    since = 0;
    refused = false;
    const sent = text(editor);
    const sentLines = lines;
    tell(_("Saving …"));
    try {
      const answer = await post(form, { ...sentLines, document: sent });
      failures = 0;
      done(answer, sent, sentLines);
    } catch (problem) {
      failed(problem);
    }
    busy = false;
    const wait = asked ? 0 : PAUSE;
    asked = false;
    if (!failures && !refused && editor.isEditable && isDirty()) later(wait);
  }

  function done(answer, sent, sentLines) {
    if (answer.beside) {
      collided(answer, sent);
      return;
    }
    saved = sent;
    kept = sentLines;
    form.elements.version.value = answer.version;
    sessionStorage.removeItem(shelf);
    dispatchEvent(new CustomEvent("desk:saved", { detail: { version: answer.version, isAll: !isDirty() } }));
    tell(isDirty() ? _("Not saved yet") : answer.said);
  }

  // Somebody else saved this text: theirs stands in the issue, this one is kept beside it.
  function collided(answer, sent) {
    if (text(editor) !== sent) {
      // What was written while it was on its way is kept, too.
      saved = "";
      failures = 0;
      setTimeout(save, 0);
      return;
    }
    editor.setEditable(false);
    sessionStorage.removeItem(shelf);
    saved = sent;
    kept = lines;
    tell(`${_("Somebody else saved this text. Yours is kept as version %(version)s.", { version: answer.kept })} `, "wait");
    const link = document.createElement("a");
    link.href = answer.beside;
    link.textContent = _("See both side by side");
    line.append(link);
    link.focus();
  }

  function failed(problem) {
    shelve();
    refused = Boolean(problem.said) || SIGNED_OUT.has(problem.status);
    if (problem.said) {
      tell(_("Not saved. %(why)s", { why: problem.said }), "stop");
      return;
    }
    if (refused) {
      tell(`${_("Not saved: you are signed out.")} `, "stop");
      const link = document.createElement("a");
      link.href = "/desk";
      link.target = "_blank";
      link.textContent = _("Sign in in another window, then press Save here; your text stays.");
      line.append(link);
      return;
    }
    const wait = TRIES[Math.min(failures, TRIES.length - 1)];
    failures += 1;
    tell(_("Not saved: no connection. It is tried again in %(seconds)s seconds; go on writing.", { seconds: wait / 1000 }), "wait");
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  function shelve() {
    try {
      sessionStorage.setItem(shelf, JSON.stringify({ version: form.elements.version.value, document: text(editor) }));
    } catch {
      // A full shelf: the page itself still has it.
    }
  }

  function recall() {
    const found = JSON.parse(sessionStorage.getItem(shelf) ?? "null");
    if (!found || found.document === saved) return;
    editor.commands.setContent(JSON.parse(found.document));
    // Over the version it was written on, so that whoever saved since is not written over.
    form.elements.version.value = found.version;
    // Nothing ends an approval by itself.
    if (form.elements.ends) tell(_("What you wrote in this window before is not saved yet."), "wait");
    else later(0);
  }

  editor.on("update", () => {
    if (text(editor) === saved) return;
    if (!busy && !failures) tell(_("Not saved yet"));
    later();
  });
  for (const name of ["title", "byline"]) {
    form.elements[name].addEventListener("change", () => {
      lines = typed(form);
      later(0);
    });
  }
  const saveNow = (event) => {
    event.preventDefault();
    lines = typed(form);
    failures = 0;
    asked = busy;
    save();
  };
  form.addEventListener("submit", saveNow);
  form.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") saveNow(event);
  });
  addEventListener("online", () => { if (failures) save(); });
  addEventListener("beforeunload", (event) => {
    if (!isDirty()) return;
    shelve();
    event.preventDefault();
  });
  // An old version was opened on purpose; what the window has of its own waits for another time.
  if (form.dataset.unsaved === undefined) recall();
}

const text = (editor) => JSON.stringify(editor.getJSON());

const typed = (form) => ({ title: form.elements.title.value, byline: form.elements.byline.value });

async function post(form, fields, isAgain = false) {
  const { csrf, version, ends } = form.elements;
  const body = new URLSearchParams({ csrf: csrf.value, version: version.value, ends: ends?.value ?? "", by: "script", ...fields });
  const answer = await fetch(form.action, { method: "POST", body });
  const said = answer.headers.get("content-type")?.includes("json") ? await answer.json() : null;
  if (answer.ok || said?.beside) return said;
  if (answer.status === 403 && !isAgain && (await renew(form))) return post(form, fields, true);
  throw Object.assign(new Error(String(answer.status)), { status: answer.status, said: said?.error });
}

// Signed in again in another window, this page has an old token; the same page has a new one.
async function renew(form) {
  const answer = await fetch(form.action);
  if (!answer.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#text input[name=csrf]");
  if (!fresh || fresh.value === form.elements.csrf.value) return false;
  form.elements.csrf.value = fresh.value;
  return true;
}

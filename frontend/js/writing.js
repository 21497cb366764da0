// The page of one text: an editor in the place of the plain field, saved as somebody writes.
import { Editor } from "@tiptap/core";
import { Placeholder, UndoRedo } from "@tiptap/extensions";
import { beside } from "./beside.js";
import { ask } from "./dialogs.js";
import { present } from "./others.js";
import { keeper } from "./saving.js";
import { schema } from "./schema.js";
import { arm } from "./toolbar.js";
import { _, ngettext } from "./words.js";

const say = (text) => dispatchEvent(new CustomEvent("desk:say", { detail: text }));

// Enough to tell what a paste is from another editor's or a word processor's.
const OWN = "data-pm-slice";

// How a slot stands in the text: what it is called, and what whoever has not said it reads.
const said = (slot, words) => (words ? _("%(slot)s, else “%(words)s”", { slot, words }) : slot);

export function write(form) {
  const place = document.querySelector("#editor");
  const plain = form.elements.text;
  // Over a slow line this script comes late: who has begun to write in the plain field goes on there, and nothing is lost.
  if (plain.value !== plain.defaultValue) return;
  const isFocused = document.activeElement === plain;
  const addresses = JSON.parse(place.dataset.pictures);
  const labels = JSON.parse(place.dataset.slots);
  const editor = new Editor({
    element: place,
    // Its stylesheet is in editor.css: pages take no styles from scripts.
    injectCSS: false,
    extensions: [...schema({ addresses, labels, said }), UndoRedo, Placeholder.configure({ placeholder: _("Write here …") })],
    content: JSON.parse(place.dataset.document),
    editorProps: {
      attributes: { role: "textbox", "aria-multiline": "true", "aria-labelledby": "text-label", spellcheck: "true" },
      // Before ProseMirror reads it: what word processors write holds styles, which the page would refuse aloud.
      handleDOMEvents: { paste: (_view, event) => cleaned(editor, form, event) },
    },
  });
  // Before what keeps it, which may put a text into the editor that was not saved.
  beside(form, editor);
  keeper(form, editor);
  plain.closest(".field").querySelector("#plain-hint").hidden = true;
  plain.hidden = true;
  plain.disabled = true;
  document.querySelector("#text-label").addEventListener("click", () => editor.commands.focus());
  document.querySelector("#text-label").removeAttribute("for");
  place.hidden = false;
  arm(document.querySelector("#toolbar"), editor, ask(editor, addresses));
  counts(editor);
  present(form);
  if (isFocused) editor.commands.focus();
}

// What came from elsewhere goes through the server's cleaner: it knows word processors, and says what it could not keep.
function cleaned(editor, form, event) {
  const html = event.clipboardData?.getData("text/html") ?? "";
  if (!html || html.includes(OWN)) return false;
  event.preventDefault();
  const words = event.clipboardData.getData("text/plain");
  const body = new URLSearchParams({ csrf: form.elements.csrf.value, html });
  fetch(form.dataset.paste, { method: "POST", body })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
    .then(({ content, losses }) => {
      editor.chain().focus().insertContent(content).run();
      if (losses.length) say(_("Pasted. %(losses)s.", { losses: losses.join("; ") }));
    })
    // No connection, or too much: the words at least.
    .catch(() => editor.chain().focus().insertContent({ type: "text", text: words }).run());
  return true;
}

function counts(editor) {
  const line = document.querySelector("#count");
  const show = () => {
    const words = editor.getText().match(/\S+/g)?.length ?? 0;
    line.textContent = ngettext("%(num)s word", "%(num)s words", words);
  };
  line.hidden = false;
  show();
  editor.on("update", show);
}

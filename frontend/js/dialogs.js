// What the editor asks in a window of its own: where a link leads, what a slot stands for, which picture.
import { leads } from "./schema.js";
import { _ } from "./words.js";

export function ask(editor, addresses) {
  return { link: () => askLink(editor), slot: () => askSlot(editor), picture: () => askPicture(editor, addresses) };
}

// Gives the value of the button that closed the window; the focus is back in the text then.
function answered(dialog, editor) {
  return new Promise((resolve) => {
    dialog.returnValue = "cancel";
    dialog.addEventListener("close", () => {
      editor.commands.focus();
      resolve(dialog.returnValue);
    }, { once: true });
    dialog.showModal();
  });
}

// "ifla.org" is meant as https://ifla.org, and ann@example.org as a mail address.
function spelled(address) {
  const text = address.trim();
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) return text;
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(text)) return `mailto:${text}`;
  return `https://${text}`;
}

async function askLink(editor) {
  const dialog = document.querySelector("#link-dialog");
  const address = dialog.querySelector("#link-address");
  const error = dialog.querySelector("#link-error");
  const before = editor.getAttributes("link").href ?? "";
  address.value = before;
  dialog.querySelector("[data-only=link]").hidden = !before;
  error.hidden = true;
  address.removeAttribute("aria-invalid");
  const check = (event) => {
    if (event.submitter?.value !== "set" || leads(spelled(address.value))) return;
    event.preventDefault();
    error.hidden = false;
    address.setAttribute("aria-invalid", "true");
    address.focus();
  };
  const form = dialog.querySelector("form");
  form.addEventListener("submit", check);
  const answer = await answered(dialog, editor);
  form.removeEventListener("submit", check);
  if (answer === "remove") editor.chain().focus().extendMarkRange("link").unsetLink().run();
  if (answer !== "set") return;
  const href = spelled(address.value);
  if (editor.state.selection.empty && !before) {
    editor.chain().focus().insertContent({ type: "text", text: address.value.trim(), marks: [{ type: "link", attrs: { href } }] }).run();
  } else {
    editor.chain().focus().extendMarkRange("link").setLink({ href }).run();
  }
}

async function askSlot(editor) {
  const dialog = document.querySelector("#slot-dialog");
  const key = dialog.querySelector("#slot-key");
  const otherwise = dialog.querySelector("#slot-otherwise");
  const node = editor.isActive("slot") ? editor.getAttributes("slot") : { key: key.options[0].value, otherwise: "" };
  const show = () => {
    // Who has no name is greeted in the newsletter's language; everything else needs words of one's own.
    const isName = key.value === "name";
    dialog.querySelector("#slot-other").hidden = isName;
    dialog.querySelector("#slot-name").hidden = !isName;
    otherwise.disabled = isName;
  };
  key.value = node.key;
  otherwise.value = node.otherwise;
  key.onchange = show;
  show();
  if ((await answered(dialog, editor)) !== "set") return;
  const attrs = { key: key.value, otherwise: key.value === "name" ? "" : otherwise.value.trim() };
  editor.chain().focus().insertContent({ type: "slot", attrs }).run();
}

async function askPicture(editor, addresses) {
  const dialog = document.querySelector("#picture-dialog");
  const list = dialog.querySelector("#picture-list");
  const alt = dialog.querySelector("#picture-alt");
  const upload = dialog.querySelector("#upload");
  const put = dialog.querySelector("#place [value=set]");
  const known = editor.isActive("image") ? editor.getAttributes("image") : { key: "", alt: "" };
  const chosen = () => list.querySelector("input:checked");
  const choose = (isNew) => {
    put.disabled = !chosen();
    if (chosen() && isNew) alt.value = chosen().dataset.alt;
  };
  const fill = async (request) => {
    try {
      list.innerHTML = await (await request).text();
    } catch {
      list.textContent = _("The pictures could not be fetched: no connection. Close this window and try again.");
    }
    if (!list.querySelector("input")) upload.closest("details").open = true;
    choose(Boolean(chosen()));
  };
  alt.value = known.alt;
  list.onchange = () => choose(true);
  upload.onsubmit = (event) => {
    event.preventDefault();
    fill(fetch(upload.action, { method: "POST", body: new FormData(upload) })).then(() => {
      if (!chosen()) return;
      upload.reset();
      upload.closest("details").open = false;
      alt.focus();
    });
  };
  fill(fetch(dialog.dataset.pictures)).then(() => {
    const own = [...list.querySelectorAll("input")].find((one) => one.value === known.key);
    if (own) own.checked = true;
    choose(false);
  });
  if ((await answered(dialog, editor)) !== "set" || !chosen()) return;
  addresses[chosen().value] = chosen().dataset.src;
  editor.chain().focus().insertContent({ type: "image", attrs: { key: chosen().value, alt: alt.value.trim() } }).run();
}

// <form data-passkey="get" data-options="…"> asks the browser for a passkey and sends what it answers; "create" for a new one.
// What has data-passkeys-at is hidden unless this browser has passkeys and the page is open at that origin: elsewhere the
// password does.
const isHere = (origin) => Boolean(window.PublicKeyCredential) && location.origin === origin;

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const spelled = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// What options say in JSON, as the browser wants it. Its own way of reading them is younger than the browsers we know.
function read(options) {
  const known = (one) => ({ ...one, id: bytes(one.id) });
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  if (options.user) publicKey.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) publicKey.excludeCredentials = options.excludeCredentials.map(known);
  if (options.allowCredentials) publicKey.allowCredentials = options.allowCredentials.map(known);
  return publicKey;
}

function written(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = spelled(credential.response[part]);
  }
  return JSON.stringify({ id: credential.id, rawId: spelled(credential.rawId), type: credential.type, response });
}

function words(form, error) {
  if (error.name === "InvalidStateError") return form.dataset.known;
  return error.name === "NotAllowedError" || error.name === "AbortError" ? form.dataset.cancelled : form.dataset.failed;
}

async function ask(form) {
  const told = form.querySelector("[data-passkey-told]");
  const button = form.querySelector("button");
  told.textContent = "";
  button.disabled = true;
  try {
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: read(JSON.parse(form.dataset.options)) });
    form.elements.credential.value = written(credential);
    form.submit();
  } catch (error) {
    told.textContent = words(form, error);
    button.disabled = false;
    button.focus();
  }
}

const parts = [...document.querySelectorAll("[data-passkeys-at]")];
for (const part of parts) part.hidden = !isHere(part.dataset.passkeysAt);
if (parts.some((part) => !part.hidden)) {
  for (const one of document.querySelectorAll("[data-passkeys-missing]")) one.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
    // Whoever pressed "Sign in with a passkey" wants to, and so does who has nothing else; making one is asked for on its page.
    if ("passkeyAtOnce" in form.dataset) ask(form);
  }
}

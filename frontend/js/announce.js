// Tells those who hear a page what changed on it: the text of every [data-announce] that a swap brings, and what scripts say.
const voice = document.createElement("div");
voice.className = "unseen";
voice.setAttribute("role", "status");
voice.setAttribute("aria-live", "polite");
document.body.append(voice);

export function announce(text) {
  // The same words twice would not be said twice.
  voice.textContent = "";
  requestAnimationFrame(() => { voice.textContent = text; });
}

addEventListener("htmx:after:settle", (event) => {
  // A swap that changes what is there leaves what it was changed after outside of the page.
  const fresh = (event.detail?.newContent ?? []).filter((node) => node.nodeType === Node.ELEMENT_NODE && node.isConnected);
  const said = fresh.flatMap((node) => [...(node.matches("[data-announce]") ? [node] : []), ...node.querySelectorAll("[data-announce]")]);
  const text = said.map((node) => (node.dataset.announce || node.textContent).trim()).filter(Boolean).join(" ");
  if (text) announce(text);
});

addEventListener("desk:say", (event) => announce(event.detail));

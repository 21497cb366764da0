// Whoever works far down in a long issue stays there when the page changes; what the change is about comes into sight.
let isRefused = false;

addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.target?.id === "composer") isRefused = ctx.response.status >= 400;
});

addEventListener("htmx:after:settle", () => {
  const trouble = isRefused ? document.getElementById("trouble") : null;
  isRefused = false;
  const focused = document.activeElement?.closest("#composer") ? document.activeElement : null;
  // Of a card that went elsewhere, the button that moved it.
  (trouble ?? focused)?.scrollIntoView({ block: "nearest" });
});

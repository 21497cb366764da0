// What htmx is told before it starts; it reads an element of the page, and pages have none.
const config = document.createElement("meta");
config.name = "htmx-config";
config.content = JSON.stringify({
  // Its own stylesheet stands in icons.css.
  includeIndicatorCSS: false,
  // Pages are kept by the server's word, not by the browser's.
  history: true,
  // What a page says stays as it is: frames that show something, and forms that somebody is typing into.
  morphSkip: "[data-keep], form[data-dirty]",
  // Somebody waits for a large list no longer than for a page.
  defaultTimeout: 30000,
});
document.head.append(config);

// Make the frame as high as its letter, so that the page scrolls as one. The letter itself runs no scripts.
const frame = document.querySelector("iframe.letter");
const fit = () => {
  frame.style.height = "0";
  frame.style.height = `${frame.contentDocument.documentElement.scrollHeight + 2}px`;
};
const watch = () => {
  fit();
  new ResizeObserver(fit).observe(frame.contentDocument.body);
};
frame.addEventListener("load", watch);
// A letter that was there before this script does not say so again; until it comes, an empty page stands in the frame.
const { readyState, URL: address } = frame.contentDocument;
if (readyState === "complete" && address !== "about:blank") watch();

// Make the frame as high as its letter, so that the page scrolls as one. The letter itself runs no scripts.
const frame = document.querySelector("iframe.letter");
const fit = () => {
  frame.style.height = "0";
  frame.style.height = `${frame.contentDocument.documentElement.scrollHeight + 2}px`;
};
frame.addEventListener("load", () => {
  fit();
  new ResizeObserver(fit).observe(frame.contentDocument.body);
});

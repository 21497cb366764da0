// A frame with the letter, beside what is being written: it is loaded anew for each version of the issue.

// What a frame shows. It may stay in the page over swaps (data-keep), so that it does not go white, and not into the history.
const shown = new WeakMap();

// Lets a frame show the letter as one version of the issue has it, at a place in it; the first time it shows that already.
export function show(frame, own, version, at) {
  const address = new URL(own, location.href);
  address.searchParams.set("v", version);
  const wanted = address.href;
  const before = shown.get(frame);
  shown.set(frame, wanted);
  if (before === undefined || before === wanted) return;
  address.hash = at;
  frame.contentWindow.location.replace(address.href);
}

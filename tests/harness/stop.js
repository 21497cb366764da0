// Where the focus is, told to tests/harness/hand.py; `thing` is what is looked for by Tab.
(thing) => {
  const one = document.activeElement;
  const bar = one.closest("[role=toolbar]");
  const isOfOne = one.type === "radio" && one.name === thing.name && one.form === thing.form;

  // A letter in a frame is a page of its own; the calendar in a field of dates has the browser's ring, and the field none meanwhile.
  const isForeign = one.tagName === "IFRAME" || one.matches("[type^=date]:not(:focus-visible)");

  // Whether the middle or a corner of what is in the window can be seen: it lies under nothing else.
  const isBare = (box) => {
    const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    return left < right && top < bottom && [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]].some(([across, down]) => {
      const hit = document.elementFromPoint(left + across * (right - left), top + down * (bottom - top));
      return hit && (one.contains(hit) || hit.contains(one) || [...(one.labels ?? [])].some((label) => label.contains(hit)));
    });
  };
  const style = getComputedStyle(one);
  const isSeen = one !== document.body && one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && [...one.getClientRects()].some(isBare) && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;

  return {
    page: performance.timeOrigin,
    isNowhere: one === document.body,
    isThere: one === thing,
    isBeside: isOfOne || Boolean(bar?.contains(thing)),
    isPast: one !== document.body && Boolean(thing.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING),
    isSkip: one.matches(".skip"),
    isInMain: Boolean(thing.closest("main")),
    unseen: isSeen || isForeign ? "" : one.outerHTML.slice(0, 300),
  };
}

// Makes one tree of a page say what another one says, and leaves whatever is the same where it is.

export function become(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
    old.replaceWith(old.ownerDocument.importNode(fresh, true));
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.nodeValue = fresh.nodeValue;
    return;
  }
  attributes(old, fresh);
  children(old, [...old.childNodes], [...fresh.childNodes]);
}

function attributes(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

// What is the same at the beginning and at the end stays; between, one after the other.
function children(place, before, after) {
  let from = 0;
  while (from < before.length && from < after.length && before[from].isEqualNode(after[from])) from += 1;
  let left = before.length;
  let right = after.length;
  while (left > from && right > from && before[left - 1].isEqualNode(after[right - 1])) {
    left -= 1;
    right -= 1;
  }
  const behind = before[left] ?? null;
  const paired = Math.min(left, right);
  for (let at = from; at < paired; at += 1) become(before[at], after[at]);
  for (const gone of before.slice(paired, left)) gone.remove();
  for (const come of after.slice(paired, right)) place.insertBefore(place.ownerDocument.importNode(come, true), behind);
}

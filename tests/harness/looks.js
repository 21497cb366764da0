// What a page is looked at with, beside axe-core; tests/harness/looks.py calls it.
window.looks = (() => {
  const isSeen = (element) => element.checkVisibility() && !element.closest(".form__rest, .skip, .unseen");

  // What passed is not asked for: of a long page that is megabytes.
  async function found(where, options) {
    const { violations } = await axe.run(where, { ...options, resultTypes: ["violations"] });
    return violations.map((one) => [one.id, one.nodes.map((node) => node.html)]);
  }

  // Whether something is taken out of the flow of its page, so that it may lie on what it does not stand in.
  const isLifted = (element) => element !== null
    && (["absolute", "fixed", "sticky"].includes(getComputedStyle(element).position) || isLifted(element.parentElement));

  // An element and all that it stands in, from the inside.
  const around = (element) => (element ? [element, ...around(element.parentElement)] : []);

  // What lies beneath the words of an element, itself first; undefined where nothing says it.
  function beneath(element) {
    const [box] = element.getClientRects();
    const all = box ? document.elementsFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2) : [];
    if (all.includes(element)) return all.slice(all.indexOf(element));
    return isLifted(element) ? undefined : around(element);
  }

  // What the contrast of the words of an element follows from: how they are set, and what is painted beneath them.
  function ink(element) {
    const under = beneath(element);
    // Like nothing else, so that it is looked at.
    if (!under) return Symbol("unknown");
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
    const layers = under.map((one) => getComputedStyle(one))
      .map((style) => `${style.backgroundColor} ${style.backgroundImage} ${style.backgroundClip}`)
      .filter((layer) => layer !== "rgba(0, 0, 0, 0) none border-box");
    const veils = around(element).map((one) => getComputedStyle(one))
      .map((style) => `${style.opacity} ${style.filter} ${style.mixBlendMode}`)
      .filter((veil) => veil !== "1 none normal");
    return [color, fontSize, fontWeight, textShadow, ...layers, ...veils].join("; ");
  }

  // By scheme, the ink of each element as it was looked at.
  const inks = {};

  // Whatever axe-core finds; where it is not everything, the contrast of what this scheme has not shown with the same ink.
  // Colours follow from the scheme, and where things lie from the width: both were looked at, if not together.
  async function foundIn(scheme, options, isWhole) {
    const worded = [...document.querySelectorAll("body, body *")].filter((element) => element.checkVisibility()
      && (element.matches("input, select, textarea") || hasWords(element)));
    const now = new Map(worded.map((element) => [element, ink(element)]));
    const before = inks[scheme] ?? new Map();
    inks[scheme] = new Map([...before, ...now]);
    if (isWhole) return found(document, options);
    const anew = worded.filter((element) => before.get(element) !== now.get(element));
    return anew.length ? found({ include: anew }, { runOnly: ["color-contrast"] }) : [];
  }

  const hasWords = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

  function sizesOfWords() {
    return [...document.querySelectorAll("body *:not(code)")]
      .filter(hasWords)
      .map((element) => getComputedStyle(element).fontSize);
  }

  // Buttons and fields that a thumb would miss on a phone.
  function smallTargets() {
    if (window.innerWidth > 500) return [];
    return [...document.querySelectorAll("button, .button, summary, input:not([type=hidden]), select")]
      .filter(isSeen)
      .map((element) => (element.matches("[type=checkbox], [type=radio]") ? element.closest("label") : element))
      .filter((element) => element.getBoundingClientRect().height < 44)
      .map((element) => element.outerHTML);
  }

  // What stands out of the page at either side, unless what is around it scrolls or is meant to cut it.
  function cutOff(root) {
    const isHeld = (element) => element !== root
      && (getComputedStyle(element).overflowX !== "visible" || isHeld(element.parentElement));
    const isOut = ({ left, right }) => left < -1 || right > window.innerWidth + 1;
    const out = [root, ...root.querySelectorAll("*")].filter((element) => isSeen(element)
      && isOut(element.getBoundingClientRect()) && (element === root || !isHeld(element.parentElement)));
    const isWide = root.matches("dialog") && root.scrollWidth > root.clientWidth;
    return (isWide ? [root, ...out] : out).map((element) => element.outerHTML);
  }

  // All that is folded at once, but menus and dialogs, which lie above the page, one after the other.
  function states() {
    const folded = [...document.querySelectorAll("details:not([open])")].filter((one) => !one.closest("dialog"));
    const menus = folded.filter((one) => one.matches(".menu"));
    const dialogs = [...document.querySelectorAll("dialog")];
    return [folded.filter((one) => !menus.includes(one)), ...[...menus, ...dialogs].map((one) => [one])]
      .filter((roots) => roots.length);
  }

  // Opens what was named, and all that is hidden in a dialog; gives what makes it as it was.
  function unfold(roots) {
    const inside = roots.filter((one) => one.matches("dialog")).flatMap((one) => [...one.querySelectorAll("[hidden], details:not([open])")]);
    const hidden = inside.filter((one) => one.hidden);
    const folded = [...roots, ...inside].filter((one) => one.matches("details"));
    const dialogs = roots.filter((one) => one.matches("dialog"));
    const turn = (isShown) => {
      for (const one of hidden) one.hidden = !isShown;
      for (const one of folded) one.open = isShown;
      for (const one of dialogs) isShown ? one.showModal() : one.close();
    };
    turn(true);
    return () => turn(false);
  }

  // What was folded is looked at as the page around it was before; then it is folded again.
  async function foundUnfolded() {
    const all = [];
    for (const roots of states()) {
      const fold = unfold(roots);
      all.push(...(await found({ include: roots }, {})));
      all.push(...roots.flatMap(cutOff).map((html) => ["cut off", html]));
      all.push(...smallTargets().map((html) => ["small", html]));
      if (document.documentElement.scrollWidth !== window.innerWidth) all.push(["too wide", roots[0].outerHTML]);
      fold();
    }
    return all;
  }

  // All that is looked for in one look; of a letter no more than what axe-core finds, and its width.
  async function seen({ scheme, options, isWhole, isLetter, isSkipped }) {
    const isAll = isWhole && !isLetter;
    return {
      found: isSkipped ? [] : await foundIn(scheme, options, isWhole),
      width: document.documentElement.scrollWidth,
      sizes: isAll ? [...new Set(sizesOfWords())] : [],
      small: isAll ? smallTargets() : [],
      unfolded: isAll ? await foundUnfolded() : [],
    };
  }

  return { foundIn, seen };
})();

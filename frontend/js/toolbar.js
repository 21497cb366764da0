// The toolbar: one stop of the Tab key, arrow keys within, Alt+F10 to it and Escape back to the text.
export function arm(bar, editor, ask) {
  const tools = [...bar.querySelectorAll("[data-act]")];
  const acts = deeds(editor, ask);

  function stop(tool) {
    for (const one of tools) one.tabIndex = one === tool ? 0 : -1;
  }

  function run(tool) {
    if (tool.getAttribute("aria-disabled") === "true") return;
    acts[tool.dataset.act].run();
  }

  function show() {
    for (const tool of tools) {
      const act = acts[tool.dataset.act];
      if (tool.hasAttribute("aria-pressed")) tool.setAttribute("aria-pressed", String(act.isOn?.() ?? false));
      tool.setAttribute("aria-disabled", String(!editor.isEditable || act.can?.() === false));
    }
  }

  bar.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-act]");
    if (tool) run(tool);
  });
  // The text keeps its selection.
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.addEventListener("focusin", (event) => stop(event.target.closest("[data-act]")));
  bar.addEventListener("keydown", (event) => {
    const at = tools.indexOf(document.activeElement);
    const isLtr = getComputedStyle(bar).direction === "ltr";
    const step = { ArrowRight: isLtr ? 1 : -1, ArrowLeft: isLtr ? -1 : 1 }[event.key];
    if (step) tools[(at + step + tools.length) % tools.length].focus();
    else if (event.key === "Home") tools[0].focus();
    else if (event.key === "End") tools.at(-1).focus();
    else if (event.key === "Escape") editor.commands.focus();
    else return;
    event.preventDefault();
  });
  editor.view.dom.addEventListener("keydown", (event) => {
    if (event.altKey && event.key === "F10") (tools.find((one) => one.tabIndex === 0) ?? tools[0]).focus();
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") ask.link();
    else return;
    event.preventDefault();
  });
  editor.on("transaction", show);
  editor.on("focus", show);
  stop(tools[0]);
  bar.hidden = false;
  show();
}

function deeds(editor, ask) {
  const run = (name, ...rest) => () => editor.chain().focus()[name](...rest).run();
  const can = (name) => () => editor.can()[name]();
  const heading = (level) => ({ run: run("toggleHeading", { level }), isOn: () => editor.isActive("heading", { level }) });
  return {
    heading2: heading(2),
    heading3: heading(3),
    bold: { run: run("toggleBold"), isOn: () => editor.isActive("bold") },
    italic: { run: run("toggleItalic"), isOn: () => editor.isActive("italic") },
    link: { run: ask.link, isOn: () => editor.isActive("link") },
    bulletList: { run: run("toggleBulletList"), isOn: () => editor.isActive("bulletList") },
    orderedList: { run: run("toggleOrderedList"), isOn: () => editor.isActive("orderedList") },
    blockquote: { run: run("toggleBlockquote"), isOn: () => editor.isActive("blockquote") },
    rule: { run: run("setHorizontalRule") },
    picture: { run: ask.picture },
    slot: { run: ask.slot },
    undo: { run: run("undo"), can: can("undo") },
    redo: { run: run("redo"), can: can("redo") },
  };
}

// What the parts of the composer's script know of its page.
export const composer = () => document.getElementById("composer");

// Calls back now, and whenever something on the page was put in place of something else.
export function always(look) {
  look();
  addEventListener("htmx:after:settle", look);
}

// Sends the one form of the cards as if a button of it had been pressed.
export function press(action, fields) {
  const form = document.getElementById("act");
  const given = Object.entries(fields).map(([name, value]) => {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    return field;
  });
  const button = document.createElement("button");
  button.hidden = true;
  if (action) button.setAttribute("formaction", action);
  form.append(...given, button);
  form.requestSubmit(button);
  for (const one of [...given, button]) one.remove();
}

let asked = 0;
addEventListener("htmx:before:request", () => { asked += 1; });
addEventListener("htmx:finally:request", () => { asked -= 1; });

// A save is on its way; another one would be made for a version that is old by then.
export const isBusy = () => asked > 0;

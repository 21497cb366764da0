// Pages where a text is written load this behind desk.js.
import { write } from "./writing.js";

for (const form of document.querySelectorAll("form[data-writing]")) write(form);

// Pages where a text is written load this behind desk.js.
import { Editor } from "@tiptap/core";
import { UndoRedo } from "@tiptap/extensions";
import { schema } from "./schema.js";

window.deskEditor = { Editor, extensions: [...schema, UndoRedo] };

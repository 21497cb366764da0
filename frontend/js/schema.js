// The nodes and marks of a rich text: those of newsletter/issues/document.py, and no others.
import { Node } from "@tiptap/core";
import { Blockquote } from "@tiptap/extension-blockquote";
import { Bold } from "@tiptap/extension-bold";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { Heading } from "@tiptap/extension-heading";
import { HorizontalRule } from "@tiptap/extension-horizontal-rule";
import { Italic } from "@tiptap/extension-italic";
import { Link } from "@tiptap/extension-link";
import { BulletList, ListItem, OrderedList } from "@tiptap/extension-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Text } from "@tiptap/extension-text";

export const schema = [
  Document, Paragraph, Text, Heading.configure({ levels: [2, 3, 4] }), BulletList, OrderedList, ListItem, Blockquote,
  HorizontalRule, HardBreak, Bold, Italic, Link.configure({ openOnClick: false }),
];

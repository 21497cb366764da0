// The nodes and marks of a rich text: those of newsletter/issues/document.py, with their attributes, and no others. A house
// test holds the two against each other, by the schema that the build writes down.
import { Node, mergeAttributes } from "@tiptap/core";
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

// Where words may lead, as far as a page can tell; the server looks again.
const LEADS = /^(https?:\/\/[^\s<>"'\\`{}|^]+|mailto:[^\s<>"'\\`{}|^]+@[^\s<>"'\\`{}|^]+|tel:\+?[0-9().-]{2,40})$/i;

export const leads = (href) => LEADS.test(href ?? "");

const Leading = Link.extend({
  addAttributes: () => ({ href: { default: null } }),
}).configure({
  openOnClick: false,
  defaultProtocol: "https",
  isAllowedUri: leads,
  HTMLAttributes: {},
});

const Numbered = OrderedList.extend({
  addAttributes: () => ({
    start: { default: 1, parseHTML: (element) => Number.parseInt(element.getAttribute("start") ?? "1", 10) || 1 },
  }),
});

// A picture of the library. Its address is no part of the text; `addresses` knows it by its key.
const Picture = Node.create({
  name: "image",
  group: "block",
  draggable: true,
  addOptions: () => ({ addresses: {} }),
  addAttributes: () => ({
    key: { default: "", parseHTML: (element) => element.dataset.key ?? "", renderHTML: ({ key }) => ({ "data-key": key }) },
    alt: { default: "" },
  }),
  parseHTML: () => [{ tag: "img[data-key]" }],
  renderHTML({ node, HTMLAttributes }) {
    return ["img", mergeAttributes(HTMLAttributes, { src: this.options.addresses[node.attrs.key] ?? "" })];
  },
});

// Stands for what a reader answered; `labels` says what each is called, `said` how it stands in the text with its other words.
const Slot = Node.create({
  name: "slot",
  group: "inline",
  inline: true,
  atom: true,
  addOptions: () => ({ labels: {}, said: (slot) => slot }),
  addAttributes: () => ({
    key: { default: "", parseHTML: (element) => element.dataset.slot ?? "", renderHTML: ({ key }) => ({ "data-slot": key }) },
    otherwise: {
      default: "",
      parseHTML: (element) => element.dataset.otherwise ?? "",
      renderHTML: ({ otherwise }) => ({ "data-otherwise": otherwise }),
    },
  }),
  parseHTML: () => [{ tag: "span[data-slot]" }],
  renderHTML({ node, HTMLAttributes }) {
    const { key, otherwise } = node.attrs;
    const { labels, said } = this.options;
    return ["span", mergeAttributes(HTMLAttributes, { class: "slot" }), said(labels[key] ?? key, otherwise)];
  },
  renderText: ({ node }) => node.attrs.otherwise || node.attrs.key,
});

export const schema = ({ addresses = {}, labels = {}, said = (slot) => slot } = {}) => [
  Document,
  Paragraph,
  Text,
  Heading.configure({ levels: [2, 3, 4] }),
  BulletList,
  Numbered,
  ListItem,
  Blockquote,
  HorizontalRule.extend({ addOptions: () => ({ HTMLAttributes: {}, nextNodeType: "paragraph" }) }),
  HardBreak,
  Bold,
  Italic,
  Leading,
  Picture.configure({ addresses }),
  Slot.configure({ labels, said }),
];

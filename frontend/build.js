// Bundles what the desk's pages load into the folder that is named: scripts, stylesheets, icons, and whose work they are.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const esbuild = require("esbuild");

const ENTRIES = [
  "css/desk.css",
  "css/editor.css",
  "css/charts.css",
  "css/returns.css",
  "js/desk.js",
  "js/editor.js",
  "js/composer.js",
  "js/charts.js",
  "js/door.js",
];
const NOTICE = "/*! Whose work is in here, and under which licence: /static/LEGAL.txt */";
const LICENCE_FILES = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "LICENCE"];

// "node_modules/@tiptap/core/dist/index.js" belongs to "@tiptap/core".
function packageOf(input) {
  const inside = input.split("node_modules/").pop();
  if (inside === input) return null;
  return inside.split("/").slice(0, inside.startsWith("@") ? 2 : 1).join("/");
}

function legal(name) {
  const folder = path.join("node_modules", name);
  const about = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = LICENCE_FILES.map((one) => path.join(folder, one)).find((one) => fs.existsSync(one));
  const author = typeof about.author === "string" ? about.author : (about.author?.name ?? "its authors");
  const text = file ? fs.readFileSync(file, "utf8").trim() : `Copyright ${author}. ${about.license} licence.`;
  return `${name} ${about.version} (${about.license})\n\n${text}\n`;
}

// Of each icon what stands within its <svg>; the element around it is written by the page.
function icons() {
  const nodes = JSON.parse(fs.readFileSync("node_modules/lucide-static/icon-nodes.json", "utf8"));
  const drawn = Object.entries(nodes).map(([name, parts]) => [name, parts.map(element).join("")]);
  return Object.fromEntries(drawn);
}

function element([tag, attributes]) {
  return `<${tag}${Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`).join("")}/>`;
}

// The rich text that the editor knows, for the test that holds it against the one that the server reads.
function schema() {
  const entry = 'export { getSchema } from "@tiptap/core"; export { schema } from "./js/schema.js";';
  const made = esbuild.buildSync({
    stdin: { contents: entry, resolveDir: "." },
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
  });
  const module = { exports: {} };
  new Function("module", "exports", "require", made.outputFiles[0].text)(module, module.exports, require);
  const known = module.exports.getSchema(module.exports.schema());
  const nodes = Object.values(known.nodes).map((type) => [type.name, { attrs: Object.keys(type.attrs).sort(), holds: held(type) }]);
  const marks = Object.values(known.marks).map((type) => [type.name, { attrs: Object.keys(type.attrs).sort() }]);
  return { nodes: Object.fromEntries(nodes), marks: Object.fromEntries(marks) };
}

// Everything that may stand in a node, at whichever place.
function held(type) {
  const seen = new Set();
  const found = new Set();
  const look = (match) => {
    if (seen.has(match)) return;
    seen.add(match);
    for (let at = 0; at < match.edgeCount; at += 1) {
      found.add(match.edge(at).type.name);
      look(match.edge(at).next);
    }
  };
  look(type.contentMatch);
  return [...found].sort();
}

async function build(folder) {
  const result = await esbuild.build({
    entryPoints: ENTRIES,
    entryNames: "[name]",
    outdir: folder,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2022", "safari16.4", "firefox115", "chrome111"],
    banner: { js: NOTICE, css: NOTICE },
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  const packages = new Set(["lucide-static", ...Object.keys(result.metafile.inputs).map(packageOf).filter(Boolean)]);
  fs.writeFileSync(path.join(folder, "LEGAL.txt"), [...packages].sort().map(legal).join(`\n${"-".repeat(80)}\n\n`));
  fs.writeFileSync(path.join(folder, "icons.json"), JSON.stringify(icons()));
  fs.writeFileSync(path.join(folder, "schema.json"), JSON.stringify(schema(), null, 1));
}

build(process.argv[2]).catch(() => process.exit(1));

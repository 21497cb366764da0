// Pages of figures load this behind desk.js: draws each chart from the table below it, which stays for everybody else.
// <div class="chart" data-chart="lines" data-table="issues-table" data-columns="0,1"></div>
import uPlot from "uplot";
import { number } from "./words.js";

const HEIGHT = 240;
// Bars from the side: so many lines of a table, each so high, with room for their names and the numbers below.
const MOST_ACROSS = 8;
const ROW = 32;
const NAMES = 280;
const COLOURS = ["--accent", "--wait", "--stop"];
// Accepted and refused.
const ACROSS = ["--accent", "--stop"];
// Lines are told apart by more than their colour.
const DASHES = [[], [6, 4], [2, 3]];

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// The latest stands first in a table; in a chart time runs to the right. What is no time keeps its order.
function read(table, columns, isAcross) {
  const lines = [...table.tBodies[0].rows];
  const rows = isAcross ? lines.slice(0, MOST_ACROSS) : lines.reverse();
  const heads = [...table.tHead.rows[0].cells].slice(1);
  return {
    names: rows.map(({ cells: [head] }) => head.dataset.short ?? (head.querySelector("a") ?? head).firstChild.textContent.trim()),
    series: columns.map((column) => ({
      label: heads[column].textContent,
      values: rows.map((row) => (row.cells[column + 1].dataset.value ? Number(row.cells[column + 1].dataset.value) : null)),
    })),
  };
}

function short(name, most = 14) {
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
}

const pen = document.createElement("canvas").getContext("2d");

// So much of a name as there is room for.
function fitted(name, room) {
  let most = name.length;
  const shown = () => (most < name.length ? `${name.slice(0, most)}…` : name);
  while (most > 1 && pen.measureText(shown()).width > room) most -= 1;
  return shown();
}

function across(found, width) {
  const font = `13px ${token("--sans")}`;
  const axis = { stroke: token("--ink-soft"), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false }, font };
  pen.font = font;
  const names = found.names.map((name) => fitted(name, Math.min(NAMES, width * 0.38) - 16));
  const count = found.series.length;
  return {
    width,
    height: found.names.length * ROW + 40,
    cursor: { show: false },
    legend: { live: false },
    padding: [0, 24, 0, 0],
    scales: {
      x: { time: false, ori: 1, dir: -1, range: [-0.6, found.names.length - 0.4] },
      y: { ori: 0, range: (_, low, high) => [0, Math.max(high, 1) * 1.05] },
    },
    axes: [
      {
        ...axis,
        side: 3,
        size: Math.ceil(Math.max(...names.map((name) => pen.measureText(name).width))) + 16,
        grid: { show: false },
        splits: () => found.names.map((_, at) => at),
        values: (_, at) => at.map((one) => names[one] ?? ""),
      },
      { ...axis, side: 2, size: 32, space: 70, values: (_, at) => at.map((one) => (Number.isInteger(one) ? number(one) : "")) },
    ],
    series: [
      {},
      ...found.series.map((one, nth) => ({
        label: one.label,
        fill: token(ACROSS[nth % ACROSS.length]),
        stroke: token(ACROSS[nth % ACROSS.length]),
        width: 0,
        points: { show: false },
        paths: sideways(nth, count),
      })),
    ],
  };
}

function options(chart, found, width) {
  if (chart.dataset.chart === "across") return across(found, width);
  const isBars = chart.dataset.chart === "bars";
  const count = found.series.length;
  const axis = { stroke: token("--ink-soft"), grid: { stroke: token("--line"), width: 1 }, ticks: { stroke: token("--line") } };
  const font = `13px ${token("--sans")}`;
  return {
    width,
    height: HEIGHT,
    cursor: { show: false },
    legend: { live: false },
    scales: { x: { time: false, range: [-0.6, found.names.length - 0.4] }, y: { range: (_, low, high) => [0, Math.max(high, 1) * 1.1] } },
    axes: [
      {
        ...axis,
        font,
        grid: { show: false },
        splits: () => found.names.map((_, at) => at),
        space: 90,
        values: (_, at) => at.map((one, nth) => (nth % Math.ceil((at.length * 110) / Math.max(width - 64, 1)) ? "" : short(found.names[one] ?? ""))),
      },
      { ...axis, font, size: 64, values: (_, at) => at.map((one) => (Number.isInteger(one) ? number(one) : "")) },
    ],
    series: [
      {},
      ...found.series.map((one, nth) => ({
        label: one.label,
        stroke: token(COLOURS[nth % COLOURS.length]),
        fill: isBars ? token(COLOURS[nth % COLOURS.length]) : undefined,
        width: isBars ? 0 : 2,
        dash: isBars ? undefined : DASHES[nth % DASHES.length],
        points: { show: !isBars, size: 6 },
        paths: isBars ? bars(nth, count) : undefined,
      })),
    ],
  };
}

// Bars of one month stand beside each other.
function bars(nth, count) {
  const share = 0.7 / count;
  return (plot, series, from, to) => {
    const fill = new Path2D();
    const zero = plot.valToPos(0, "y", true);
    for (let at = from; at <= to; at += 1) {
      const top = plot.valToPos(plot.data[series][at] ?? 0, "y", true);
      const left = plot.valToPos(at - 0.35 + share * nth, "x", true);
      const right = plot.valToPos(at - 0.35 + share * (nth + 0.9), "x", true);
      fill.rect(left, top, right - left, zero - top);
    }
    return { stroke: null, fill, clip: null, band: null, gaps: null, flags: uPlot.FILL_ONLY ?? 0 };
  };
}

function sideways(nth, count) {
  const share = 0.7 / count;
  return (plot, series, from, to) => {
    const fill = new Path2D();
    const zero = plot.valToPos(0, "y", true);
    for (let at = from; at <= to; at += 1) {
      const end = plot.valToPos(plot.data[series][at] ?? 0, "y", true);
      const top = plot.valToPos(at - 0.35 + share * nth, "x", true);
      const bottom = plot.valToPos(at - 0.35 + share * (nth + 0.9), "x", true);
      fill.rect(zero, Math.min(top, bottom), end - zero, Math.abs(bottom - top));
    }
    return { stroke: null, fill, clip: null, band: null, gaps: null, flags: uPlot.FILL_ONLY ?? 0 };
  };
}

function draw(chart) {
  const table = document.getElementById(chart.dataset.table);
  if (!table) return;
  const found = read(table, chart.dataset.columns.split(",").map(Number), chart.dataset.chart === "across");
  const data = [found.names.map((_, at) => at), ...found.series.map((one) => one.values)];
  chart.replaceChildren();
  new uPlot(options(chart, found, chart.clientWidth), data, chart);
}

const all = () => document.querySelectorAll("[data-chart]");
const redraw = () => all().forEach(draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

// What came in later.
addEventListener("htmx:after:settle", () => all().forEach((chart) => chart.firstChild || draw(chart)));

let waiting;
let width = 0;
new ResizeObserver(() => {
  if (document.documentElement.clientWidth === width) return;
  width = document.documentElement.clientWidth;
  clearTimeout(waiting);
  waiting = setTimeout(redraw, 100);
}).observe(document.documentElement);

// Pages of figures load this behind desk.js.
import uPlot from "uplot";

window.uPlot = uPlot;

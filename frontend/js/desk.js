// Every page of the desk loads this; without it each page is a plain form.
import "./htmx-config.js";
import "htmx.org";
import "./live.js";
import "./undo.js";
import "./countdown.js";
import "./focus.js";
import "./announce.js";
import "./copy.js";
import "./menus.js";
import "./tabs.js";

// Goes on with what the page says is left until something: [data-until], in seconds since 1970, as the page's own server counts
// them. Days are from one hour of the wall to the same hour of the next day: the server knows the zone and its changes of clocks,
// and names the moments. Nothing is announced: whoever wants to know how long it is reads it.
import { _, ngettext } from "./words.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
// Seconds are counted within the last hour, for whoever does not mind things that move.
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

const part = {
  days: (count) => ngettext("%(num)s day", "%(num)s days", count),
  hours: (count) => ngettext("%(num)s hour", "%(num)s hours", count),
  minutes: (count) => ngettext("%(num)s minute", "%(num)s minutes", count),
  seconds: (count) => ngettext("%(num)s second", "%(num)s seconds", count),
};

export function told(days, seconds, isInSeconds) {
  const hours = Math.floor(seconds / HOUR);
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  const rest = isInSeconds && !days && !hours ? seconds % MINUTE : 0;
  const counts = { days, hours, minutes: days ? 0 : minutes, seconds: rest };
  const parts = Object.entries(counts).flatMap(([unit, count]) => (count ? [part[unit](count)] : []));
  const [first = _("less than a minute"), second] = parts;
  return second ? _("%(first)s, %(second)s to go", { first, second }) : _("%(first)s to go", { first });
}

// By how much this machine's clock is wrong.
const wrong = new WeakMap();

function show(one, here) {
  if (!wrong.has(one)) wrong.set(one, Number(one.dataset.now) - here);
  const now = here + wrong.get(one);
  const left = Math.floor(Number(one.dataset.until) - now);
  const days = one.dataset.days.split(" ").filter((day) => day && Number(day) >= now);
  const rest = days.length ? Math.floor(Number(days.at(-1)) - now) : left;
  const text = left > 0 ? told(days.length, rest, !isCalm.matches) : _("now");
  if (one.textContent !== text) one.textContent = text;
  if (left <= 0) return Infinity;
  // Until the text is another: a second of the last hour, else what is left of this minute.
  return !days.length && left <= HOUR && !isCalm.matches ? 1 : (rest % MINUTE) + 1;
}

let waiting;

function tick() {
  clearTimeout(waiting);
  const here = Date.now() / 1000;
  const soonest = Math.min(...[...document.querySelectorAll("[data-until]")].map((one) => show(one, here)));
  // A hidden page counts nothing, and is right again when it is looked at.
  if (Number.isFinite(soonest) && !document.hidden) waiting = setTimeout(tick, soonest * 1000);
}

if (document.querySelector("[data-until]")) {
  document.addEventListener("visibilitychange", tick);
  addEventListener("pageshow", tick);
  isCalm.addEventListener("change", tick);
  tick();
}

// What scripts say, in the language of the page. The English text is the key, as in templates; a page in another language
// brings what it has of translations: <script type="application/json" id="words">{"Copied": "Kopiert", …}</script>.
// By its name too: a form may have a field of this id.
const found = document.querySelector("script#words");
const said = found ? JSON.parse(found.textContent) : {};
const language = document.documentElement.lang || "en";

// Values stand as %(name)s, a percent sign is written twice.
const fill = (pattern, values) => pattern.replace(/%(?:\((\w+)\)s|%)/g, (_all, name) => (name ? String(values[name]) : "%"));

export const number = (count) => count.toLocaleString(language);

// _("Try again in %(seconds)s seconds.", { seconds: 3 })
export function _(text, values = {}) {
  return fill(said[text] ?? text, values);
}

// ngettext("%(num)s word", "%(num)s words", 3): as many forms as the language has.
export function ngettext(one, many, count, values = {}) {
  const forms = said[one];
  const pattern = forms ? forms[new Intl.PluralRules(language).select(count)] : count === 1 ? one : many;
  return fill(pattern, { num: number(count), ...values });
}

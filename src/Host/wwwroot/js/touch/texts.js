// All that the screen says, in the language that the page came in: the layout puts the texts into the page, so that one whose
// host is away still speaks. A text is a sentence with {places}, or one for each plural ({"one": …, "other": …}, chosen by {n}).

const texts = JSON.parse(document.getElementById('texts').textContent);

export const language = document.documentElement.lang;

const plurals = new Intl.PluralRules(language);
const lists = new Intl.ListFormat(language, { type: 'conjunction' });
const place = /\{([a-z]+)\}/g;

function find(name, values) {
  const text = texts[name];
  if (text === undefined) {
    console.error(`There is no text '${name}'.`);
    return name;
  }
  return typeof text === 'string' ? text : text[plurals.select(Number(values.n))] ?? text.other;
}

/** The text of that name. */
export const t = (name, values = {}) => find(name, values).replace(place, (whole, key) => values[key] ?? whole);

/** The same with nodes in its places, as a list of children. */
export const nodes = (name, values) => find(name, values).split(place).map((part, at) => at % 2 === 0 ? part : values[part]);

/** Whether there is a text of that name. */
export const has = name => texts[name] !== undefined;

/** A list that is no sentence: the usual phrases. */
export const list = name => texts[name];

/** "a, b and c". */
export const and = parts => lists.format(parts.filter(Boolean));

/** What the host said in English of a link that does not hold, or of a line of a file, or a usual location, in the screen's language; else as it is. */
export function said(words) {
  for (const [english, own] of Object.entries(words ? texts.said : {})) {
    const pattern = english.split(place).map((part, at) => at % 2 === 0 ? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : `(?<${part}>.+)`).join('');
    const found = new RegExp(`^${pattern}$`, 's').exec(words);
    if (found) return own.replace(place, (whole, key) => found.groups[key] ?? whole);
  }
  return words;
}

/** Whether every race gets a location of that name: it says its part of the course by itself. */
export const isUsual = name => name in texts.said;

/** Why the cloud did not take a row of the queue: in English as it said it, else by its code. */
export const reasonOf = row => language !== 'en' && has(`reason.${row.error_code}`) ? t(`reason.${row.error_code}`) : row.error_message;

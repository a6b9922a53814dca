// Who wears a bib, and where its key stands in the grid.

import { h, icon, key } from './dom.js';
import { t } from './texts.js';

/** What the server gives of a start list, by number. Entries: {bib_number, heat, status, athletes: [{first_name, last_name, nation}]}. */
export const byNumber = list => new Map(list.map(entry => [entry.bib_number, entry]));

const unknownNation = 'XXX';

/** Whether a bib was given out by its number alone: its athlete has a record that says nothing of a person. */
export const isUnnamed = athlete => athlete.nation === unknownNation && /^Bib( \d+)?$/.test(athlete.first_name);

/** What stands for a first name that is not known. */
export const noFirstName = '–';

const first = athlete => athlete.first_name === noFirstName ? '' : athlete.first_name;
const last = athlete => isUnnamed(athlete) ? '…' : athlete.last_name;

/** "Oskar Lindh", or "Lindh / Ekdal" for a team. */
export function names(entry) {
  const athletes = entry?.athletes ?? [];
  if (athletes.length > 0 && athletes.every(isUnnamed)) return t('bib.unnamed');
  if (athletes.length === 1) return `${first(athletes[0])} ${athletes[0].last_name}`.trim();
  return athletes.map(last).join(' / ');
}

/** The nation of the first athlete; of all, where a team is of several. Empty where none is known. */
export const nation = entry => [...new Set((entry?.athletes ?? []).map(athlete => athlete.nation).filter(code => code !== unknownNation))].join('/');

/** "Oskar Lindh · NOR". */
export const who = entry => [names(entry), nation(entry)].filter(Boolean).join(' · ');

/** The two lines of the pad's preview. */
export function preview(entry) {
  const athletes = entry?.athletes ?? [];
  if (athletes.length === 1 && !isUnnamed(athletes[0])) return [athletes[0].last_name, [first(athletes[0]), nation(entry)].filter(Boolean).join(' · ')];
  return [names(entry), [nation(entry), athletes.length > 1 && t('team', { n: athletes.length })].filter(Boolean).join(' · ')];
}

export const outOfRace = entry => ['dns', 'dnf', 'dsq'].includes(entry?.status) ? entry.status.toUpperCase() : null;

export const size = number => number > 999 ? 'four' : number > 99 ? 'three' : '';

const columns = 10;
const rowsOnPage = 4;

/**
 * Pages of the grid: four rows of ten. Bibs keep their places (51 is always left, 60 always right) as long as that takes no
 * more than five pages; a list with wide gaps is packed instead. Each: {first, last, rows: [[number|null × 10]]}.
 */
export function pages(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const tens = new Map();
  for (const number of sorted) {
    const ten = Math.floor((number - 1) / columns);
    if (!tens.has(ten)) tens.set(ten, Array(columns).fill(null));
    tens.get(ten)[(number - 1) % columns] = number;
  }
  let rows = [...tens.values()];
  if (rows.length > 5 * rowsOnPage) {
    rows = [];
    for (let at = 0; at < sorted.length; at += columns) rows.push([...sorted.slice(at, at + columns)]);
  }
  const result = [];
  for (let at = 0; at < rows.length; at += rowsOnPage) {
    const part = rows.slice(at, at + rowsOnPage);
    const there = part.flat().filter(number => number !== null);
    result.push({ first: there[0], last: there[there.length - 1], rows: part });
  }
  return result;
}

/** The keys that turn the grid's pages: all of them up to five, else four and one for the next four. */
export function tabs(parts, page, choose) {
  const window = parts.length > 5 ? Math.floor(page / 4) * 4 : 0;
  const shown = parts.length > 5 ? parts.slice(window, window + 4) : parts;
  const label = part => part.first === part.last ? `${part.first}` : `${part.first}–${part.last}`;
  // What is too long for one line stands on two.
  const lines = text => text.length > 7 ? text.split('–').map((half, at) => h('span', {}, at === 0 ? `${half}–` : half)) : h('span', {}, text);
  const keys = shown.map((part, at) => key(lines(label(part)), {
    class: label(part).length > 7 ? 'long' : '', 'aria-pressed': window + at === page ? 'true' : 'false', onclick: () => choose(window + at),
  }));
  if (parts.length > 5) keys.push(key(icon('more', 's36'), { 'aria-label': t('report.more_bibs'), onclick: () => choose(window + 4 < parts.length ? window + 4 : 0) }));
  return h('div', { class: 'tabs' }, keys);
}

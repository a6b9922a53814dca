// Who wears a bib, and where its key stands in the grid.

import { t } from './texts.js';

/** What the server gives of a start list, by number. Entries: {bib_number, heat, status, athletes: [{first_name, last_name, nation}]}. */
export const byNumber = list => new Map(list.map(entry => [entry.bib_number, entry]));

/** "Oskar Lindh", or "Lindh / Ekdal" for a team. */
export function names(entry) {
  const athletes = entry?.athletes ?? [];
  if (athletes.length === 1) return `${athletes[0].first_name} ${athletes[0].last_name}`;
  return athletes.map(athlete => athlete.last_name).join(' / ');
}

/** The nation of the first athlete; of all, where a team is of several. */
export const nation = entry => [...new Set((entry?.athletes ?? []).map(athlete => athlete.nation))].join('/');

/** The two lines of the pad's preview. */
export function preview(entry) {
  const athletes = entry?.athletes ?? [];
  if (athletes.length === 1) return [athletes[0].last_name, `${athletes[0].first_name} · ${athletes[0].nation}`];
  return [names(entry), `${nation(entry)} · ${t('team', { n: athletes.length })}`];
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

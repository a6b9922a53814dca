// Quick phrases for what happened: the competition's own where it has some, else these.

import { get } from './api.js';

const builtIn = {
  any: ['Missed gate', 'Transition outside zone', 'Equipment missing', 'False start', 'Obstruction', 'Course left', 'Outside help'],
  sprint: ['False start', 'Transition outside zone', 'Obstruction', 'Missed gate', 'Equipment missing', 'Skins not stowed', 'Course left'],
  vertical: ['Course left', 'Obstruction', 'Equipment missing', 'False start', 'Outside help', 'Missed gate', 'Unsporting conduct'],
  team: ['Missed gate', 'Team not together', 'Transition outside zone', 'Equipment missing', 'Obstruction', 'Outside help', 'Course left'],
  mixed_relay: ['Handover outside zone', 'Missed gate', 'Transition outside zone', 'Obstruction', 'False start', 'Equipment missing', 'Course left'],
};

export const usual = discipline => builtIn[discipline] ?? builtIn.any;

/** The phrases of a competition for a discipline, by their order; the usual ones where it has none or cannot be asked. */
export async function phrasesOf(competitionUuid, discipline) {
  try {
    const answer = await get(`/competitions/${competitionUuid}/phrases`);
    const own = (answer.items ?? answer.phrases ?? answer ?? [])
      .filter(phrase => !phrase.deleted && (!phrase.discipline || phrase.discipline === discipline) && (!phrase.language || phrase.language.startsWith('en')))
      .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
      .map(phrase => phrase.text ?? phrase.name);
    return own.length > 0 ? own : usual(discipline);
  } catch {
    return usual(discipline);
  }
}

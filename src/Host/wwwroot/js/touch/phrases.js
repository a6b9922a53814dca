// Quick phrases for what happened: the competition's own in the screen's language where it has some, else the usual ones.

import { all } from './api.js';
import { has, language, list } from './texts.js';

export const usual = discipline => list(has(`phrases.${discipline}`) ? `phrases.${discipline}` : 'phrases.any');

const isOf = (phrase, discipline) => !phrase.discipline || phrase.discipline === discipline;
const isSaid = phrase => !phrase.language || phrase.language.split('-')[0].toLowerCase() === language;

/** The phrases of a competition for a discipline, by their order; the usual ones where it has none. Throws where the host does not answer. */
export async function phrasesOf(competitionUuid, discipline) {
  const own = (await all(`/competitions/${competitionUuid}/phrases`)).filter(phrase => isOf(phrase, discipline) && isSaid(phrase)).map(phrase => phrase.text);
  return own.length > 0 ? [...new Set(own)] : usual(discipline);
}

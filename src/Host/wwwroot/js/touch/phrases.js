// Quick phrases for what happened: the competition's own in the screen's language where it has some, else the usual ones.

import { get } from './api.js';
import { has, language, list } from './texts.js';

export const usual = discipline => list(has(`phrases.${discipline}`) ? `phrases.${discipline}` : 'phrases.any');

/** The phrases of a competition for a discipline, by their order; the usual ones where it has none or cannot be asked. */
export async function phrasesOf(competitionUuid, discipline) {
  try {
    const answer = await get(`/competitions/${competitionUuid}/phrases`);
    const own = (answer.items ?? answer.phrases ?? answer ?? [])
      .filter(phrase => !phrase.deleted && (!phrase.discipline || phrase.discipline === discipline) && (!phrase.language || phrase.language.startsWith(language)))
      .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
      .map(phrase => phrase.text ?? phrase.name);
    return own.length > 0 ? own : usual(discipline);
  } catch {
    return usual(discipline);
  }
}

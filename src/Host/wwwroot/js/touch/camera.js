// The camera of the chosen location. As long as a page asks, the Pi keeps its last minute, and says how it stands with it.

import { call } from './api.js';
import { h, icon } from './dom.js';
import { t } from './texts.js';
import * as times from './times.js';

const everyMs = 4000;
const offeredMs = 50000; // of the minute that is kept: ten seconds before the tap have to be in it

/** 'camera' whenever it was asked how it stands. */
export const events = new EventTarget();

let where = null;    // its location's UUID
let standing = null; // {state, since} as the Pi said last; null: nobody knows

/** From now on, for as long as the page is open. */
export function follow(place) {
  if (!place?.has_camera) return;
  where = place.client_uuid;
  // Who has just come here may have put right what was given up.
  ask('?again=true');
}

async function ask(query = '') {
  try {
    ({ body: standing } = await call('PUT', `/device/cameras/${where}${query}`, undefined, { timeoutMs: everyMs }));
  } catch {
    standing = null; // the strip says that the host is away
  }
  events.dispatchEvent(new Event('camera'));
  setTimeout(ask, everyMs);
}

/** Whether it films at this location, and still has what it saw of a tap so long ago. */
export const offers = (location, agoMs) => standing?.state === 'running' && where === location && agoMs < offeredMs;

/** A word on it for the strip; null: there is nothing to say. */
export function part() {
  const word = standing && {
    starting: 'camera.starting', running: 'camera.running', no_answer: 'camera.no_answer', refused: 'camera.refused', not_h264: 'camera.not_h264',
    no_room: 'camera.no_room', no_program: 'camera.no_program', too_many: 'camera.too_many',
  }[standing.state];
  if (!word) return null;
  const films = standing.state === 'running' || standing.state === 'starting';
  return h('span', { class: films ? '' : 'low' }, icon(films ? 'clip' : 'noclip'), t(word, { time: times.moment(standing.since) }));
}

// Choosing the competition, fetching it with real progress, and the counts to check against the paper start list.

import { Away, get, post, Refused } from './api.js';
import { count, fill, h, icon, key, meter, pageData, percent, size } from './dom.js';
import { follow, unfollow } from './progress.js';
import * as shell from './shell.js';

const { device, competition, races, counts } = pageData();
const root = document.getElementById('download');
let at = 0;
let ended = false;

const dates = c => c.start_date === c.end_date || !c.end_date ? date(c.start_date) : `${date(c.start_date)} – ${date(c.end_date)}`;
const date = text => text ? new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${text}T00:00:00Z`)) : '';

const why = error => error instanceof Away ? 'This Pi is starting again. Try once more in a moment.'
  : error instanceof Refused && error.code === 'server_unreachable' ? 'No network: the cloud could not be reached.' : error.message;

// ---- ready

function showReady() {
  const shown = races.slice(at, at + 6);
  const more = races.length > 6;
  const figure = (number, word, many) => h('div', {}, h('b', {}, number), h('span', {}, number === 1 ? word : many));
  fill(root, h('div', { class: 'ready' },
    h('div', { class: 'card' },
      device.ready_for_offline
        ? h('div', { class: 'big' }, h('span', { class: 'disc' }, icon('check')), h('h1', {}, 'Ready for offline operation'))
        : h('div', { class: 'big not' }, h('span', { class: 'disc' }, icon('alert')), h('h1', {}, 'Not all of it is here yet')),
      h('p', {}, h('strong', {}, competition.name), h('br'), [competition.place, dates(competition)].filter(Boolean).join(' · ')),
      h('div', { class: 'counts' }, figure(counts.races, 'race', 'races'), figure(counts.bibs, 'bib', 'bibs'), figure(counts.athletes, 'athlete', 'athletes'), figure(counts.locations, 'location', 'locations'))),
    h('div', { class: 'card' }, races.length === 0 ? h('p', {}, 'It has no race yet.') : h('table', { class: 'sheet' },
      h('thead', {}, h('tr', {}, h('th', {}, 'Compare with the paper start lists'), h('th', { class: 'n' }, 'Locations'), h('th', { class: 'n' }, 'Bibs'))),
      h('tbody', {}, shown.map(race => h('tr', {}, h('td', {}, h('span', { class: 'cut' }, race.name)), h('td', { class: 'n' }, race.locations), h('td', { class: 'n' }, race.bibs)))))),
    h('div', { class: 'foot' },
      key(icon('download', 's32'), { onclick: () => start(competition) }, 'Fetch again'),
      more ? key(icon('down', 's32'), { onclick: () => { at = at + 6 < races.length ? at + 6 : 0; showReady(); } }, `Races ${at + 1}–${at + shown.length} of ${races.length}`) : key('Another competition', { onclick: choose }),
      h('a', { class: 'key go', href: '/place' }, icon('pin', 's32'), 'Choose race and location'))));
}

// ---- choosing

async function choose() {
  wait('Asking the cloud what there is', 'It takes a moment on a slow link.');
  let items;
  try {
    const answer = await get('/device/competitions', { timeoutMs: 40000 });
    items = answer.items ?? answer.competitions ?? answer;
  } catch (error) {
    told('nolink', 'The cloud could not be asked', why(error), key('Try again', { class: 'go', onclick: choose }), competition ? key('Back', { onclick: showReady }) : h('a', { class: 'key', href: '/send' }, 'Back'));
    return;
  }
  showChoice(items);
}

function showChoice(items) {
  if (items.length === 0) {
    told('cloud', 'No competition for this Pi', 'The desk must make one, or grant one to this Pi.', key('Ask again', { class: 'go', onclick: choose }));
    return;
  }
  const pageSize = 15;
  const shown = items.slice(at, at + pageSize);
  root.className = 'body';
  fill(root, h('div', { class: 'choose one-column' }, h('h2', {}, 'Which competition?', h('small', {}, 'All of it is fetched: races, locations, start lists.')),
    h('div', { class: 'pick cols3' }, shown.map(c => key(h('span', {}, h('strong', { class: 'cut' }, c.name), h('small', { class: 'cut' }, [c.place ?? c.city, dates(c)].filter(Boolean).join(' · '))), { onclick: () => start(c) })),
      items.length > pageSize && key('More', { class: 'center', onclick: () => { at = at + pageSize < items.length ? at + pageSize : 0; showChoice(items); } }))));
}

// ---- fetching

const phases = { connecting: 'Reaching the cloud', downloading: 'Fetching the competition', storing: 'Putting it on the card', receiving: 'Fetching the incidents so far', sending: 'Sending what waits here' };

async function start(chosen) {
  ended = false;
  showStep(chosen, { phase: 'connecting', done: 0, total: 0 });
  follow(step => {
    if (ended || step === null) return;
    if (step.phase in phases) showStep(chosen, step); // how it ended is the answer's to say: the stream begins with the step before
  });
  try {
    // The answer comes when all of it is stored; the stream only tells how far it is.
    await post('/device/download?wait=true', { competition_uuid: chosen.client_uuid }, { timeoutMs: 600000 });
    finish(chosen, null);
  } catch (error) {
    finish(chosen, why(error));
  }
}

function finish(chosen, failure) {
  if (ended) return;
  ended = true;
  unfollow();
  if (failure === null) { shell.go('/download'); return; }
  told('alert', 'It is not all here yet', failure, key('Try again', { class: 'go', onclick: () => start(chosen) }), key('Another competition', { onclick: choose }));
}

function showStep(chosen, { phase, done, total, bytes = 0, share = 0 }) {
  const figure = total > 0 ? `${done} of ${total}` : share > 0 ? percent(share) : bytes > 0 ? size(bytes) : '…';
  root.className = 'body';
  fill(root, h('div', { class: 'loading-card card' }, h('h1', {}, chosen.name), h('p', {}, phases[phase] ?? 'Fetching the competition'),
    h('p', { class: 'figure' }, figure), meter(share, 1, { width: 900 }), h('p', {}, bytes > 0 && share > 0 ? `${size(bytes)} so far. ` : '', 'A broken link does no harm: it can be fetched again from the start.')));
}

function wait(title, text) {
  root.className = 'body';
  fill(root, h('div', { class: 'loading-card card' }, icon('cloud', 's64'), h('h1', {}, title), h('p', {}, text)));
}

function told(mark, title, text, ...keys) {
  root.className = 'body';
  fill(root, h('div', { class: 'loading-card card' }, icon(mark, 's64'), h('h1', {}, title), h('p', {}, text), h('div', { class: 'keys' }, keys)));
}

if (!device.paired && !competition) told('pair', 'First, pair this Pi', 'The desk shows a code of eight characters for it.', h('a', { class: 'key go', href: '/pair' }, icon('pair', 's32'), 'Pair this Pi'));
else if (competition) showReady();
else choose();

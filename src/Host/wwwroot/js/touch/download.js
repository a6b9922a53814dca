// Choosing the competition, fetching it with real progress, and the counts to check against the paper start list.

import { Away, get, post, Refused } from './api.js';
import { fill, h, icon, key, meter, pageData, percent, size } from './dom.js';
import { follow, unfollow } from './progress.js';
import * as shell from './shell.js';
import { language, t } from './texts.js';

const { device, competition, races, counts } = pageData();
const root = document.getElementById('download');
let at = 0;
let ended = false;

const day = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const dates = c => c.start_date ? day.formatRange(new Date(`${c.start_date}T00:00:00Z`), new Date(`${c.end_date ?? c.start_date}T00:00:00Z`)) : '';

const why = error => error instanceof Away ? t('away.again')
  : error instanceof Refused && error.code === 'server_unreachable' ? t('download.unreachable') : error.message;

// ---- ready

function showReady() {
  const shown = races.slice(at, at + 6);
  const more = races.length > 6;
  const figure = (number, what) => h('div', {}, h('b', {}, number), h('span', {}, t(`download.${what}`, { n: number })));
  fill(root, h('div', { class: 'ready' },
    h('div', { class: 'card' },
      device.ready_for_offline
        ? h('div', { class: 'big' }, h('span', { class: 'disc' }, icon('check')), h('h1', {}, t('download.ready')))
        : h('div', { class: 'big not' }, h('span', { class: 'disc' }, icon('alert')), h('h1', {}, t('download.not_all'))),
      h('p', {}, h('strong', {}, competition.name), h('br'), [competition.place, dates(competition)].filter(Boolean).join(' · ')),
      h('div', { class: 'counts' }, figure(counts.races, 'races'), figure(counts.bibs, 'bibs'), figure(counts.athletes, 'athletes'), figure(counts.locations, 'locations'))),
    h('div', { class: 'card' }, races.length === 0 ? h('p', {}, t('download.no_race')) : h('table', { class: 'sheet' },
      h('thead', {}, h('tr', {}, h('th', {}, t('download.compare')), h('th', { class: 'n' }, t('download.locations_head')), h('th', { class: 'n' }, t('download.bibs_head')))),
      h('tbody', {}, shown.map(race => h('tr', {}, h('td', {}, h('span', { class: 'cut' }, race.name)), h('td', { class: 'n' }, race.locations), h('td', { class: 'n' }, race.bibs)))))),
    h('div', { class: 'foot' },
      key(icon('download', 's32'), { onclick: () => start(competition) }, t('download.again')),
      more ? key(icon('down', 's32'), { onclick: () => { at = at + 6 < races.length ? at + 6 : 0; showReady(); } }, t('download.range', { first: at + 1, last: at + shown.length, total: races.length })) : key(t('download.another'), { onclick: choose }),
      h('a', { class: 'key go', href: '/place' }, icon('pin', 's32'), t('download.choose_place')))));
}

// ---- choosing

async function choose() {
  wait(t('download.asking'), t('download.asking_more'));
  let items;
  try {
    const answer = await get('/device/competitions', { timeoutMs: 40000 });
    items = answer.items ?? answer.competitions ?? answer;
  } catch (error) {
    told('nolink', t('download.not_asked'), why(error), key(t('again'), { class: 'go', onclick: choose }), competition ? key(t('download.back'), { onclick: showReady }) : h('a', { class: 'key', href: '/send' }, t('download.back')), !competition && make());
    return;
  }
  showChoice(items);
}

function showChoice(items) {
  if (items.length === 0) {
    told('cloud', t('download.none'), t('download.none_more'), key(t('download.ask_again'), { class: 'go', onclick: choose }));
    return;
  }
  const pageSize = 15;
  const shown = items.slice(at, at + pageSize);
  root.className = 'body';
  fill(root, h('div', { class: 'choose one-column' }, h('h2', {}, t('download.which'), h('small', {}, t('download.which_more'))),
    h('div', { class: 'pick cols3' }, shown.map(c => key(h('span', {}, h('strong', { class: 'cut' }, c.name), h('small', { class: 'cut' }, [c.place ?? c.city, dates(c)].filter(Boolean).join(' · '))), { onclick: () => start(c) })),
      items.length > pageSize && key(t('download.more'), { class: 'center', onclick: () => { at = at + pageSize < items.length ? at + pageSize : 0; showChoice(items); } }))));
}

// ---- fetching

const phases = { connecting: 'download.connecting', downloading: 'phase.downloading', storing: 'phase.storing', receiving: 'download.so_far', sending: 'download.sending' };

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
  told('alert', t('download.failed'), failure, key(t('again'), { class: 'go', onclick: () => start(chosen) }), key(t('download.another'), { onclick: choose }));
}

function showStep(chosen, { phase, done, total, bytes = 0, share = 0 }) {
  const figure = total > 0 ? t('of', { done, total }) : share > 0 ? percent(share) : bytes > 0 ? size(bytes) : '…';
  root.className = 'body';
  fill(root, h('div', { class: 'loading-card card' }, h('h1', {}, chosen.name), h('p', {}, t(phases[phase] ?? 'phase.downloading')),
    h('p', { class: 'figure' }, figure), meter(share, 1, { width: 900 }), h('p', {}, bytes > 0 && share > 0 ? `${t('download.so_much', { size: size(bytes) })} ` : '', t('download.no_harm'))));
}

function wait(title, text) {
  root.className = 'body';
  fill(root, h('div', { class: 'loading-card card' }, icon('cloud', 's64'), h('h1', {}, title), h('p', {}, text)));
}

function told(mark, title, text, ...keys) {
  root.className = 'body';
  fill(root, h('div', { class: 'loading-card card' }, icon(mark, 's64'), h('h1', {}, title), h('p', {}, text), h('div', { class: 'keys' }, keys)));
}

/** What needs no network. */
function make() {
  return h('a', { class: 'key', href: '/emergency' }, icon('plus', 's32'), t('place.make'));
}

if (!device.paired && !competition) told('pair', t('download.first_pair'), t('download.first_pair_more'), h('a', { class: 'key go', href: '/pair' }, icon('pair', 's32'), t('place.pair')), make());
else if (competition) showReady();
else choose();

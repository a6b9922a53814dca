// Phones: the code that lets a referee's own phone in, what to compare when it warns, and who is in.

import { Away, call, get, post } from './api.js';
import { fill, h, icon, key, s } from './dom.js';
import * as shell from './shell.js';
import { t } from './texts.js';
import * as times from './times.js';

const root = document.getElementById('phones');
const lookEveryMs = 3000;
const mostShown = 4;

let invitation = null; // {url, qr, fingerprint, fingerprint_qr, expires_in_s}
let voidAt = 0;        // by performance.now(), when the code is good no more
let word = null;       // why there is no code
let people = [];
let asking = false;
let at = 0;            // the first of them that is shown
let drawn = '';

const picture = ({ size, path }, label) => s('svg', { class: 'qr', viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': label }, s('path', { d: path }));

/** "AB:CD:…" in four rows of eight, as a person compares it. */
const rows = fingerprint => fingerprint.split(':').reduce((all, pair, at) => {
  if (at % 8 === 0) all.push([]);
  all.at(-1).push(pair);
  return all;
}, []).map(row => h('span', {}, row.join(' ')));

function show() {
  const old = invitation && performance.now() > voidAt;
  if (at >= people.length) at = 0;
  // Made anew only when something has changed: a key that a finger is on must not go from under it.
  const state = JSON.stringify([invitation?.url, old, word, people, at]);
  if (state === drawn) return;
  drawn = state;
  fill(root,
    h('section', { class: 'card scan' },
      h('h2', {}, t('phones.scan')),
      invitation && !old ? picture(invitation.qr, t('phones.code')) : h('p', { class: 'qr none' }, word ?? t(old ? 'phones.old' : 'moment')),
      h('p', { class: 'cut' }, invitation && !old ? new URL(invitation.url).origin : ''),
      key(icon('sync'), { class: 'go', onclick: invite }, t('phones.new'))),
    h('section', { class: 'card compare' },
      h('h2', {}, t('phones.warn')),
      h('p', {}, t('phones.compare')),
      invitation && [h('p', { class: 'print' }, rows(invitation.fingerprint)), picture(invitation.fingerprint_qr, t('phones.print'))]),
    h('section', { class: 'card inside' },
      h('h2', {}, people.length === 0 ? t('phones.nobody') : t('phones.in', { n: people.length })),
      h('div', { class: 'list' }, people.slice(at, at + mostShown).map(phone => h('div', { class: 'item' },
        h('p', {}, h('strong', { class: 'cut' }, phone.name), h('span', {}, t('phones.since', { time: times.moment(phone.joined_at) }))),
        key(t('phones.remove'), { onclick: () => remove(phone) })))),
      people.length > mostShown && key(icon('down'), { onclick: () => { at += mostShown; show(); } }, t('send.next')),
      h('p', {}, t('phones.may'))));
}

async function invite() {
  if (asking) return;
  asking = true;
  try {
    invitation = await post('/device/phones/invitation');
    voidAt = performance.now() + invitation.expires_in_s * 1000;
    word = null;
  } catch (error) {
    invitation = null;
    word = error instanceof Away ? t('away.short') : error.message;
  }
  asking = false;
  show();
}

async function remove(phone) {
  try {
    await call('DELETE', `/device/phones/${phone.client_uuid}`);
  } catch (error) {
    shell.toast(error instanceof Away ? t('away.unchanged') : error.message, error instanceof Away ? 'kind' : '');
  }
  await look();
}

/** Who is in; a code that was used makes room for the next. */
async function look() {
  try {
    const now = await get('/device/phones');
    const joined = now.some(phone => !people.some(known => known.client_uuid === phone.client_uuid));
    people = now;
    if (joined && invitation) await invite();
  } catch { /* shown as it was */ }
  show();
}

async function begin() {
  try {
    people = await get('/device/phones');
  } catch { /* the next look tells */ }
  await invite();
  setInterval(look, lookEveryMs);
}

show();
begin();

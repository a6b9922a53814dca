// The venue's Wi-Fi: which network this Pi is in, which are in reach, and the password of one, typed on the screen's keyboard.

import { Away, get, post } from './api.js';
import { fill, h, icon, key } from './dom.js';
import { ask } from './keyboard.js';
import * as shell from './shell.js';
import { t } from './texts.js';

const root = document.getElementById('wifi');
const lookEveryMs = 10000;
const mostShown = 5;
const joinMs = 60000; // the host gives a network 40 seconds, and tidies up after one that failed

let wifi = null;    // {state, in_use, connectivity, networks}
let chosen = null;  // the name of the network that the right side is about
let at = 0;         // the first that is shown
let busy = null;    // what is done at this moment, in words
let word = null;    // why the last thing could not be done
let drawn = '';

const bars = strength => strength >= 75 ? 4 : strength >= 50 ? 3 : strength >= 25 ? 2 : 1;
const find = ssid => wifi?.networks.find(network => network.ssid === ssid) ?? null;

/** What of a network counts before it is touched, in words: colour and bars alone say nothing. */
const about = network => [
  network.in_use ? t('wifi.in_use') : network.known ? t('wifi.known') : t(`wifi.is_${network.security}`),
  t('wifi.strength', { n: bars(network.strength) }),
].join(' · ');

function show() {
  if (at >= (wifi?.networks.length ?? 0)) at = 0;
  // Made anew only when something has changed: a key that a finger is on must not go from under it.
  const state = JSON.stringify([wifi && { ...wifi, networks: wifi.networks.map(n => [n.ssid, bars(n.strength), n.security, n.in_use, n.known]) }, chosen, at, busy, word, shell.device?.online, shell.device?.last_fault]);
  if (state === drawn) return;
  drawn = state;
  fill(root, h('section', { class: 'card reach' }, list()), h('section', { class: 'card now' }, side()));
}

function list() {
  const networks = wifi?.networks ?? [];
  const more = networks.length > mostShown;
  const title = h('h2', {}, t('wifi.reach'), more && h('small', {}, ` ${t('range.of', { first: at + 1, last: Math.min(networks.length, at + mostShown), total: networks.length })}`));
  if (!wifi || networks.length === 0) return [title, h('p', { class: 'none' }, !wifi ? t('moment') : wifi.state === 'ready' ? t('wifi.none') : t(`wifi.${wifi.state}`)), wifi && foot(false)];
  return [title,
    h('div', { class: 'list' }, networks.slice(at, at + mostShown).map(network => key(h('span', { class: `bars b${bars(network.strength)}`, 'aria-hidden': 'true' }, h('i'), h('i'), h('i'), h('i')), {
      class: 'network', 'aria-pressed': network.ssid === chosen ? 'true' : 'false', onclick: () => { chosen = chosen === network.ssid ? null : network.ssid; word = null; show(); },
    }, h('span', { class: 'name' }, h('strong', { class: 'cut' }, network.ssid), h('small', { class: 'cut' }, about(network))), icon(network.in_use ? 'check' : network.security === 'open' || network.known ? 'more' : 'lock', 's32')))),
    foot(more)];
}

const foot = more => h('div', { class: 'foot' },
  key(icon('sync', 's32'), { onclick: () => look(true) }, t('wifi.search')),
  wifi.state === 'ready' && key(icon('plus', 's32'), { onclick: other }, t('wifi.hidden')),
  more && key(icon('down', 's32'), { onclick: () => { at += mostShown; show(); } }, t('send.next')));

function side() {
  if (busy) return [h('h2', {}, busy), h('p', { class: 'told' }, t('wifi.takes'))];
  if (word) return [h('h2', { class: 'problem' }, word), h('p', { class: 'told' }, t('wifi.again')), ...keys(find(chosen))];
  const network = find(chosen);
  if (network) return [h('h2', { class: 'cut' }, network.ssid), h('p', { class: 'told' }, about(network)), network.security === 'enterprise' || network.security === 'unsupported' ? h('p', {}, t('wifi.not_here')) : network.security === 'open' && !network.known && h('p', {}, t('wifi.open_warn')), ...keys(network)];
  if (wifi?.state === 'switched_off') return [h('h2', {}, t('wifi.off')), h('p', { class: 'told' }, t('wifi.off_more')), h('div', { class: 'acts' }, key(icon('link', 's32'), { class: 'go', onclick: switchOn }, t('wifi.switch_on')))];
  if (wifi && wifi.state !== 'ready') return h('h2', {}, t('wifi.in_none')); // why stands on the left
  if (signIn()) return [h('h2', { class: 'problem' }, t('wifi.portal')), h('p', { class: 'told' }, t('wifi.portal_why')), ...hotspot()];
  return [h('h2', { class: 'cut' }, wifi?.in_use ? t('wifi.in', { name: wifi.in_use }) : t('wifi.in_none')),
    h('p', { class: 'told' }, wifi?.in_use ? t(shell.device?.online ? 'wifi.cloud' : 'wifi.no_cloud') : t('wifi.choose')), ...hotspot()];
}

/** A page of the house answers instead of the cloud: NetworkManager says so, or the last contact did. */
const signIn = () => wifi?.in_use && !shell.device?.online && (wifi.connectivity === 'portal' || shell.device?.last_fault === 'sign_in_page');

const hotspot = () => [h('h3', {}, t('wifi.hotspot')), h('ol', {}, ['wifi.hotspot_1', 'wifi.hotspot_2', 'wifi.hotspot_3'].map(step => h('li', {}, t(step))))];

function keys(network) {
  if (!network) return [];
  const takes = network.security === 'open' || network.security === 'password' || network.known;
  return [h('div', { class: 'acts' },
    takes && !network.in_use && key(icon('link', 's32'), { class: 'go', onclick: () => connect(network) }, t('wifi.connect')),
    network.known && network.security === 'password' && !network.in_use && key(icon('pen', 's32'), { onclick: () => connect(network, true) }, t('wifi.password_new')),
    network.known && key(icon('close', 's32'), { onclick: () => forget(network) }, t('wifi.forget')))];
}

async function run(words, act) {
  if (busy) return;
  busy = words;
  word = null;
  show();
  try {
    wifi = await act();
    chosen = null;
    shell.refresh();
  } catch (error) {
    word = error instanceof Away ? t('away.short') : error.message;
    busy = null;
    await look(false);
  }
  busy = null;
  show();
}

/** What was typed, or null; one that no network would take is asked for again. */
async function password(name) {
  for (let typed = ''; ;) {
    typed = await ask({ head: [h('b', {}, t('wifi.password_of', { name }))], value: typed, ghost: t('wifi.password_ghost'), most: 64, layout: 'password', secret: true, save: t('wifi.connect'), unsaved: t('wifi.password_rule') });
    if (typed === null) return null;
    if (typed.length >= 8 || (typed === '' && name === null)) return typed;
    shell.toast(t('wifi.password_short'), 'kind');
  }
}

async function connect(network, anew = false) {
  const typed = network.security === 'password' && (!network.known || anew) ? await password(network.ssid) : undefined;
  if (typed === null) return;
  await run(t('wifi.connecting', { name: network.ssid }), () => post('/device/wifi/connect', { ssid: network.ssid, ...(typed === undefined ? {} : { password: typed }) }, { timeoutMs: joinMs }));
}

/** A network that does not tell its name. */
async function other() {
  const ssid = await ask({ head: [h('b', {}, t('wifi.hidden'))], ghost: t('wifi.hidden_name'), most: 32, layout: 'password', save: t('wifi.on'), unsaved: t('wifi.hidden_rule') });
  if (!ssid) return;
  const typed = await password(ssid);
  if (typed === null) return;
  await run(t('wifi.connecting', { name: ssid }), () => post('/device/wifi/connect', { ssid, password: typed, hidden: true }, { timeoutMs: joinMs }));
}

const forget = network => run(t('wifi.forgetting', { name: network.ssid }), () => post('/device/wifi/forget', { ssid: network.ssid }));
const switchOn = () => run(t('wifi.switching'), () => post('/device/wifi/on'));

async function look(anew) {
  if (anew) {
    await run(t('wifi.searching'), () => get('/device/wifi?rescan=true', { timeoutMs: 30000 }));
    return;
  }
  if (busy) return;
  try {
    const now = await get('/device/wifi');
    if (!busy) wifi = now;
  } catch (error) {
    if (!wifi && !(error instanceof Away)) word = error.message; // else shown as it was
  }
  show();
}

shell.events.addEventListener('device', show);
show();
look(false);
setInterval(() => look(false), lookEveryMs);

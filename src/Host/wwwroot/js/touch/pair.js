// Pairing: the cloud's address and the code that the desk shows, typed on the screen's own keyboard.

import { Away, post, Refused } from './api.js';
import { fill, h, icon, key, pageData } from './dom.js';
import { board, paperText } from './keyboard.js';
import * as shell from './shell.js';
import { t } from './texts.js';

const { server_url: given, paired, name } = pageData();
const root = document.getElementById('pair');
const alphabet = /[0-9A-Z]/;

let url = given || 'https://';
let code = '';
let field = given ? 'code' : 'url';
let busy = false;
let problem = null;

const reasons = {
  pairing_code_invalid: 'pair.invalid',
  server_unreachable: 'pair.unreachable',
  server_incompatible: 'pair.incompatible',
  too_many_attempts: 'pair.too_many',
};

function showPaired(host, as) {
  root.className = 'body';
  fill(root, h('div', { class: 'paired' },
    h('div', { class: 'card' }, h('span', { class: 'big' }, icon('decided')), h('h1', {}, as ? t('pair.as', { name: as }) : t('pi.paired')), h('p', {}, host === '' ? t('pair.sends_cloud') : t('pair.sends', { host: host.replace(/^https?:\/\//, '').replace(/\/$/, '') })), h('p', {}, t('pair.next'))),
    key(t('pair.another'), { onclick: () => { root.className = 'body pair'; show(); } }),
    h('a', { class: 'key go', href: '/download' }, icon('download', 's32'), t('pair.choose'))));
}

function show() {
  const urlOut = h('output', {});
  const codeOut = h('output', { class: 'spell' });
  const ready = code.length === 8 && url.length > 10;
  const side = (which, label, output, help) => h('button', { type: 'button', class: `paper field ${field === which ? 'on' : ''}`, 'aria-pressed': field === which ? 'true' : 'false', onclick: () => { field = which; show(); } },
    h('p', {}, h('b', {}, label)), output, which === 'code' && h('p', { class: 'why' }, help));
  fill(root, h('section', { class: 'write' },
    side('url', t('pair.address'), urlOut),
    side('code', t('pair.code'), codeOut, t('pair.code_more')),
    h('div', { class: 'acts' },
      key(icon('pair', 's32'), { class: ready && !busy ? 'go' : 'shut', 'aria-disabled': ready && !busy ? null : 'true', onclick: pair }, t(busy ? 'pair.pairing' : 'pair.pair')),
      key(t(field === 'url' ? 'pair.clear_address' : 'pair.clear_code'), { onclick: () => { if (field === 'url') url = 'https://'; else code = ''; problem = null; show(); } }))),
  board(field === 'url' ? 'url' : 'code', { type, back }));
  const spelled = code.length > 4 ? `${code.slice(0, 4)} ${code.slice(4)}` : code;
  if (field === 'url') { paperText(urlOut, url); fill(codeOut, h('span', {}, spelled || h('span', { class: 'ghost' }, '····'))); } else { paperText(codeOut, spelled); fill(urlOut, h('span', {}, url)); }
  urlOut.classList.add('short');
  codeOut.classList.add('short');
  if (problem) shell.toast(problem);
  problem = null;
}

function type(text) {
  if (busy) return;
  if (field === 'url') url = text === 'https://' ? 'https://' : (url + text).slice(0, 200);
  else if (alphabet.test(text.toUpperCase()) && code.length < 8) code += text.toUpperCase();
  show();
}

function back() {
  if (busy) return;
  if (field === 'url') url = url.slice(0, -1);
  else code = code.slice(0, -1);
  show();
}

async function pair() {
  if (busy || code.length !== 8) return;
  busy = true;
  show();
  try {
    const device = await post('/device/pair', { server_url: url, pairing_code: code }, { timeoutMs: 40000 });
    await shell.refresh();
    busy = false;
    code = '';
    showPaired(device.server_url ?? url, device.name);
    return;
  } catch (error) {
    problem = error instanceof Away ? t('away.again') : error instanceof Refused && reasons[error.code] ? t(reasons[error.code]) : error.message;
  }
  busy = false;
  show();
}

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || !root.classList.contains('pair')) return;
  if (event.key === 'Backspace') back();
  else if (event.key === 'Enter' && document.activeElement === document.body) pair();
  else if (event.key === 'Tab') { field = field === 'url' ? 'code' : 'url'; show(); } else if ([...event.key].length === 1) type(event.key);
  else return;
  event.preventDefault();
});

if (paired) showPaired(given ?? '', name);
else show();

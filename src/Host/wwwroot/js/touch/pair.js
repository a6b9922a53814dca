// Pairing: the cloud's address and the code that the desk shows, typed on the screen's own keyboard.

import { Away, post, Refused } from './api.js';
import { fill, h, icon, key, pageData } from './dom.js';
import { board, typedIn } from './keyboard.js';
import * as shell from './shell.js';
import { t } from './texts.js';

const { server_url: given, paired, name } = pageData();
const root = document.getElementById('pair');
let busy = false;
let field = null; // the one that is typed in
let keys = null;

const reasons = {
  pairing_code_invalid: 'pair.invalid',
  server_unreachable: 'pair.unreachable',
  server_incompatible: 'pair.incompatible',
  too_many_attempts: 'pair.too_many',
};

function showPaired(host, as) {
  root.className = 'body';
  keys?.close();
  field = keys = null;
  fill(root, h('div', { class: 'paired' },
    h('div', { class: 'card' }, h('span', { class: 'big' }, icon('decided')), h('h1', {}, as ? t('pair.as', { name: as }) : t('pi.paired')), h('p', {}, host === '' ? t('pair.sends_cloud') : t('pair.sends', { host: host.replace(/^https?:\/\//, '').replace(/\/$/, '') })), h('p', {}, t('pair.next'))),
    key(t('pair.another'), { onclick: show }),
    h('a', { class: 'key go', href: '/download' }, icon('download', 's32'), t('pair.choose'))));
}

const url = h('textarea', typedIn({ class: 'text', maxlength: 200, 'aria-label': t('pair.address'), oninput: drawActs, onfocus: () => go(url) }));
const code = h('input', typedIn({ class: 'text spell', type: 'text', maxlength: 12, placeholder: '···· ····', 'aria-label': t('pair.code'), oninput: () => { spell(); drawActs(); }, onfocus: () => go(code) }));
const acts = h('div', { class: 'acts' });
url.value = given || 'https://';

/** The code as the desk writes it, in two groups of four, with the caret where it was. */
function spell() {
  const letters = text => text.toUpperCase().replace(/[^0-9A-Z]/g, '').slice(0, 8);
  const before = letters(code.value.slice(0, code.selectionStart)).length;
  const all = letters(code.value);
  code.value = all.length > 4 ? `${all.slice(0, 4)} ${all.slice(4)}` : all;
  const at = before > 4 ? before + 1 : before;
  code.setSelectionRange(at, at);
}

const typedCode = () => code.value.replace(' ', '');

/** This field is typed in from now on, with the keys of its kind. */
function go(to) {
  if (field === to) return;
  field = to;
  for (const each of [url, code]) each.closest('.field').classList.toggle('on', each === to);
  keys?.close();
  keys = board(to === url ? 'url' : 'code', to);
  root.append(keys);
  drawActs();
}

function drawActs() {
  const ready = typedCode().length === 8 && url.value.length > 10;
  fill(acts,
    key(icon('pair', 's32'), { class: ready && !busy ? 'go' : 'shut', 'aria-disabled': ready && !busy ? null : 'true', onclick: pair }, t(busy ? 'pair.pairing' : 'pair.pair')),
    key(t(field === url ? 'pair.clear_address' : 'pair.clear_code'), { onclick: clear }));
}

function clear() {
  field.value = field === url ? 'https://' : '';
  field.focus();
  drawActs();
}

function show() {
  root.className = 'body pair';
  const side = (field, label, help) => h('label', { class: 'paper field' }, h('p', {}, h('b', {}, label)), field, help && h('p', { class: 'why' }, help));
  fill(root, h('section', { class: 'write' }, side(url, t('pair.address')), side(code, t('pair.code'), t('pair.code_more')), acts));
  go(given ? code : url);
}

async function pair() {
  const address = url.value.trim();
  if (busy || typedCode().length !== 8) return;
  busy = true;
  drawActs();
  try {
    const device = await post('/device/pair', { server_url: address, pairing_code: typedCode() }, { timeoutMs: 40000 });
    await shell.refresh();
    code.value = '';
    showPaired(device.server_url ?? address, device.name);
  } catch (error) {
    shell.toast(error instanceof Away ? t('away.again') : error instanceof Refused && reasons[error.code] ? t(reasons[error.code]) : error.message);
  } finally {
    busy = false;
    drawActs();
  }
}

// A real keyboard types into the fields by itself.
root.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || !event.target.matches('.text')) return;
  event.preventDefault();
  pair();
});

if (paired) showPaired(given ?? '', name);
else show();

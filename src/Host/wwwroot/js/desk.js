// The desk in the browser: the venue's clock, regions that keep themselves up to date, keys. Everything works without it
// but the import of a file, the dialog and the keys.

import { say } from './words.js';

/** Names of days and months go by the page's language; the day has 24 hours in all of them. */
const written = document.documentElement.lang === 'en' ? 'en-GB' : document.documentElement.lang || 'en-GB';

const serverAhead = Number(document.body.dataset.now) - Date.now();
const now = () => Date.now() + serverAhead;

// ---- clocks -------------------------------------------------------------------------------------------------------
function clocks() {
  for (const el of document.querySelectorAll('[data-clock]')) {
    try {
      el.textContent = new Intl.DateTimeFormat(written, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone: el.dataset.clock || undefined }).format(now());
    } catch {
      el.textContent = '';
    }
  }
  for (const el of document.querySelectorAll('[data-until]')) {
    const left = Math.ceil((Date.parse(el.dataset.until) - now()) / 1000);
    el.textContent = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}` : el.dataset.over;
    if (left <= 0) el.closest('[data-lapses]')?.classList.add('over');
  }
  for (const el of document.querySelectorAll('[data-since]')) el.textContent = ago((now() - Date.parse(el.dataset.since)) / 1000);
  setTimeout(clocks, 1000 - (now() % 1000));
}

function ago(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${String(Math.floor(seconds / 60) % 60).padStart(2, '0')} min`;
  return say('{0} d||days', Math.floor(seconds / 86400));
}

// ---- regions that keep themselves up to date ----------------------------------------------------------------------
// Each [data-live] is fetched anew with its page. One in which a person has begun to write is left as it is, and says
// that there is something newer: nothing that was typed is ever lost to a refresh.
const seen = new Map();
const plain = region => {
  const copy = region.cloneNode(true);
  copy.querySelectorAll('input[name="__RequestVerificationToken"]').forEach(i => i.remove());
  return copy.innerHTML;
};
const busy = region =>
  region.querySelector('form[data-dirty]') !== null || region.querySelector('dialog[open]') !== null ||
  (region.contains(document.activeElement) && document.activeElement.matches('input:not([type="radio"]):not([type="checkbox"]), select, textarea'));

async function refresh() {
  const regions = document.querySelectorAll('[data-live]');
  if (regions.length === 0) return;
  const page = new URL(location.href);
  page.searchParams.delete('handler'); // a form's own address names what it did, not what it shows
  page.searchParams.delete('said');
  let state = 'live';
  try {
    const answer = await fetch(page, { headers: { 'X-Refresh': '1' }, credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(10000) });
    if (answer.redirected && new URL(answer.url).pathname !== page.pathname) state = 'out';
    else if (!answer.ok) state = 'lost';
    else take(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  } catch {
    state = 'lost';
  }
  tell(state);
}

function take(page) {
  const token = page.querySelector('meta[name="csrf-token"]')?.content;
  if (token) document.querySelector('meta[name="csrf-token"]').content = token;
  for (const region of document.querySelectorAll('[data-live]')) {
    const fresh = page.querySelector(`[data-live="${region.dataset.live}"]`);
    if (!fresh) continue;
    const html = plain(fresh);
    if (seen.get(region.dataset.live) === html) continue;
    if (busy(region)) {
      behind(region);
      continue;
    }
    seen.set(region.dataset.live, html);
    replace(region, fresh);
  }
  follow();
  arrivals();
  labels();
}

function replace(region, fresh) {
  const open = [...region.querySelectorAll('details[open][id]')].map(d => d.id);
  const focused = region.contains(document.activeElement) ? document.activeElement.id : null;
  const scrolled = [...region.querySelectorAll('[data-scroll]')].map(s => [s.dataset.scroll, s.scrollTop]);
  // A tick stays, and stays on what was in sight when it was made.
  const ticked = [...region.querySelectorAll('input[type="checkbox"][data-calm]:checked')].map(t => [t.id, t.value]);
  region.replaceChildren(...fresh.childNodes);
  open.forEach(id => document.getElementById(id)?.setAttribute('open', ''));
  scrolled.forEach(([name, top]) => { const s = region.querySelector(`[data-scroll="${name}"]`); if (s) s.scrollTop = top; });
  for (const [id, value] of ticked) {
    const tick = document.getElementById(id);
    if (tick) Object.assign(tick, { checked: true, value });
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  region.dispatchEvent(new CustomEvent('redrawn', { bubbles: true }));
}

function behind(region) {
  if (region.querySelector('[data-behind]')) return;
  const note = document.createElement('p');
  note.className = 'alert in';
  note.dataset.behind = '';
  note.setAttribute('role', 'status');
  if ('keeps' in region.dataset) note.append(say('This moved on while you were at it. Above is how it stands now; what you wrote is kept.'));
  else {
    const link = document.createElement('a');
    // Beside this page, not in its place: what was typed here stays.
    Object.assign(link, { href: location.href, target: '_blank', rel: 'noopener', textContent: say('Show it as it is now, in another tab') });
    note.append(say('Somebody changed this while you were writing; what you wrote is kept.'), ' ', link);
  }
  region.prepend(note);
}

function tell(state) {
  const el = document.querySelector('[data-link]');
  if (!el) return;
  el.hidden = false;
  el.dataset.state = state;
  el.querySelector('span').textContent = state === 'live' ? say('Live') : state === 'out' ? say('Signed out') : say('No answer, trying again');
}

// What happens in the competition is told by events, and the page is read anew at once; one more is read where something came
// meanwhile, not one for each of a hundred. Where no events come (a page of no competition, a proxy that holds them back) it
// is read every four seconds. A tab that nobody sees keeps no connection: a browser has six for all tabs together.
const onceAnswered = 250, untold = 4000, told = 30000;
let events = null, due = 0, reading = false;

function soon(wait) {
  const at = Date.now() + wait;
  if (due !== 0 && due <= at) return;
  due = at;
  if (!reading) setTimeout(turn, wait);
}

async function turn() {
  if (reading || due === 0 || Date.now() < due - 5) return;
  due = 0;
  reading = true;
  if (!document.hidden) await refresh();
  reading = false;
  if (!document.hidden) watch();
  if (due !== 0) setTimeout(turn, Math.max(onceAnswered, due - Date.now()));
  else if (!document.hidden) soon(events?.readyState === EventSource.OPEN ? told : untold);
}

function watch() {
  const competition = document.body.dataset.competition;
  if (!competition || events !== null && events.readyState !== EventSource.CLOSED) return;
  events = new EventSource(`/api/v1/competitions/${competition}/events`);
  for (const name of ['incident_changed', 'report_added', 'clip_ready', 'conflict_raised', 'conflict_resolved', 'device_changed', 'resync'])
    events.addEventListener(name, () => soon(0));
  events.addEventListener('error', () => soon(untold));
}

function keepLive() {
  for (const region of document.querySelectorAll('[data-live]')) seen.set(region.dataset.live, plain(region));
  if (seen.size === 0) return;
  tell('live');
  watch();
  soon(untold);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      events?.close();
      return;
    }
    watch();
    soon(0);
  });
  addEventListener('pagehide', () => events?.close());
  addEventListener('pageshow', shown => { if (shown.persisted) soon(0); });
}

// ---- what came in since this person last looked ------------------------------------------------------------------------
function arrivals() {
  const list = document.querySelector('.rows');
  if (!list) return;
  const key = `seen:${location.pathname.split('/').slice(0, 3).join('/')}`;
  const rows = [...list.querySelectorAll('[data-row]')];
  let known;
  try {
    known = JSON.parse(sessionStorage.getItem(key));
  } catch { /* as if nothing had been seen */ }
  if (!Array.isArray(known)) known = rows.map(r => r.dataset.row);
  const old = new Set(known);
  for (const row of rows) {
    if (row.hasAttribute('aria-current')) old.add(row.dataset.row);
    if (old.has(row.dataset.row) || row.querySelector('em')) continue;
    row.classList.add('fresh');
    const mark = document.createElement('em');
    mark.textContent = say('New||an incident');
    row.querySelector('.r')?.prepend(mark);
  }
  sessionStorage.setItem(key, JSON.stringify([...old].slice(-2000)));
}

// ---- pieces of a page that another module draws ---------------------------------------------------------------------
const drawn = new Map();
function follow() {
  for (const place of document.querySelectorAll('[data-src]')) {
    const key = `${place.dataset.src}#${place.dataset.version ?? ''}`;
    if (drawn.has(key)) {
      if (place.childElementCount === 0) place.replaceChildren(...drawn.get(key).map(n => n.cloneNode(true)));
      continue;
    }
    drawn.set(key, []);
    fetch(place.dataset.src, { credentials: 'same-origin', cache: 'no-store' })
      .then(async answer => {
        if (!answer.ok || answer.redirected) return;
        const nodes = [...new DOMParser().parseFromString(await answer.text(), 'text/html').body.childNodes];
        drawn.set(key, nodes);
        for (const p of document.querySelectorAll('[data-src]'))
          if (`${p.dataset.src}#${p.dataset.version ?? ''}` === key) p.replaceChildren(...nodes.map(n => n.cloneNode(true)));
      })
      .catch(() => drawn.delete(key));
  }
}

// ---- forms ------------------------------------------------------------------------------------------------------------
document.addEventListener('input', e => { if (e.target.form && !('calm' in e.target.dataset)) e.target.form.dataset.dirty = ''; });
document.addEventListener('submit', e => {
  const form = e.target;
  const ask = e.submitter?.dataset.ask ?? form.dataset.ask;
  if (ask && !confirm(ask)) {
    e.preventDefault();
    return;
  }
  if (form.method !== 'post') return;
  if (form.dataset.sent !== undefined) e.preventDefault(); // a second click sends nothing twice
  form.dataset.sent = '';
  setTimeout(() => delete form.dataset.sent, 8000);
});
document.addEventListener('change', e => {
  if (e.target.matches('select[data-go]')) location.href = e.target.value;
  else if (e.target.matches('[data-submit]')) e.target.form.requestSubmit();
  else if (e.target.matches('[data-picks]') && e.target.checked) {
    const radio = (e.target.closest('fieldset') ?? e.target.form).querySelector(`input[type="radio"][value="${e.target.dataset.picks}"]`);
    if (radio) radio.checked = true;
  }
  labels();
});
// A form helps a little: capitals where the contract wants them, a last day that is not before the first, the venue's clock.
document.addEventListener('input', e => {
  if (e.target.matches('[data-upper]')) {
    const at = e.target.selectionStart;
    e.target.value = e.target.value.toUpperCase();
    e.target.setSelectionRange(at, at);
  }
  for (const last of document.querySelectorAll('[data-not-before]')) {
    const first = document.getElementById(last.dataset.notBefore);
    last.min = first.value;
    if (e.target === first && first.value && (!last.value || last.value < first.value)) last.value = first.value;
  }
  if (e.target.matches('[data-zone]')) zoneNow(e.target);
});
function zoneNow(field) {
  const note = field.parentElement.querySelector('[data-zone-now]');
  const clock = note?.querySelector('[data-clock]');
  if (!clock) return;
  try {
    clock.textContent = new Intl.DateTimeFormat(written, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone: field.value.trim() || 'x' }).format(now());
    clock.dataset.clock = field.value.trim();
    note.hidden = false;
  } catch {
    note.hidden = true;
  }
}
for (const field of document.querySelectorAll('[data-zone]')) {
  if (!field.value && !field.form.querySelector('.input-validation-error, .field-validation-error')) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? '';
  zoneNow(field);
}
document.addEventListener('click', e => {
  const opener = e.target.closest('[data-dialog]');
  if (opener) {
    e.preventDefault();
    document.getElementById(opener.dataset.dialog)?.showModal();
  }
  if (e.target.closest('[data-close]')) e.target.closest('dialog')?.close();
  const copy = e.target.closest('[data-copy]');
  if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => { copy.textContent = say('Copied||to the clipboard'); });
});

// An address that ends in a dialog's name opens it: an alert leads to its device, from this page too.
function openNamed() {
  const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!(named instanceof HTMLDialogElement) || named.open) return;
  named.showModal();
  named.addEventListener('close', () => history.replaceState(null, '', location.pathname + location.search), { once: true });
}
window.addEventListener('hashchange', openNamed);

// The button says what it will do, and fields that a choice does not need are away.
function labels() {
  for (const form of document.querySelectorAll('form[data-says]')) {
    const choice = form.querySelector('input[type="radio"]:checked');
    const button = form.querySelector('[data-label]');
    if (choice && button) {
      const code = form.querySelector('[name$="PenaltyCode"]')?.value.trim();
      button.textContent = choice.value === 'penalty_applied' && code ? say('Give {0} {1}||a bib and its penalty', form.dataset.says, code) : choice.dataset.says;
    }
    for (const part of form.querySelectorAll('[data-for]')) part.hidden = choice?.value !== part.dataset.for;
  }
  offered();
}

// The codes of a catalogue below the field that takes one: those that fit what is typed; a whole code shows all, and is marked.
function offered() {
  for (const list of document.querySelectorAll('[data-codes]')) {
    const typed = document.getElementById(list.dataset.codes).value.trim().toLowerCase();
    const codes = [...list.querySelectorAll('[data-code]')];
    const whole = codes.some(c => c.dataset.code.toLowerCase() === typed);
    for (const code of codes) {
      code.setAttribute('aria-pressed', String(code.dataset.code.toLowerCase() === typed));
      code.parentElement.hidden = !whole && !code.textContent.toLowerCase().includes(typed);
    }
    list.hidden = codes.every(c => c.parentElement.hidden);
  }
}
document.addEventListener('click', e => {
  const code = e.target.closest('[data-codes] [data-code]');
  if (!code) return;
  const field = document.getElementById(code.closest('[data-codes]').dataset.codes);
  field.value = code.dataset.code;
  field.dispatchEvent(new Event('input', { bubbles: true }));
});
document.addEventListener('input', labels);

// ---- keys: shown where they act ---------------------------------------------------------------------------------------
document.addEventListener('keydown', e => {
  if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && e.target.form) {
    e.preventDefault();
    e.target.form.requestSubmit();
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]')) return;
  if (e.target.matches('input:not([type="radio"]):not([type="checkbox"]), select, textarea')) {
    if (e.key === 'Escape') e.target.blur();
    return;
  }
  if (e.key === '?') {
    e.preventDefault();
    document.getElementById('keys')?.showModal();
  } else if (e.key === 'j' || e.key === 'k') step(e.key === 'j' ? 1 : -1);
  else {
    const key = e.key === '/' ? 'slash' : e.key.toLowerCase();
    if (!/^[a-z0-9]+$/.test(key)) return;
    const target = document.querySelector(`[data-key="${key}"]`);
    if (!target) return;
    e.preventDefault();
    target.closest('details:not([open])')?.setAttribute('open', '');
    if (target.matches('input[type="radio"]')) {
      target.checked = true;
      target.dispatchEvent(new Event('change', { bubbles: true }));
      target.focus();
    } else if (target.matches('input:not([type="checkbox"]), textarea, select')) target.focus();
    else target.click();
  }
});

function step(by) {
  const rows = [...document.querySelectorAll('.rows a')];
  const at = rows.findIndex(r => r.hasAttribute('aria-current'));
  const next = rows[at < 0 ? 0 : at + by];
  if (next) next.click();
}

clocks();
keepLive();
follow();
arrivals();
labels();
for (const row of document.querySelectorAll('.rows [aria-current]')) row.scrollIntoView({ block: 'nearest' });
for (const dialog of document.querySelectorAll('dialog[data-open="true"]')) dialog.showModal();
openNamed();

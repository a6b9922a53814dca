// The review on the desk: its keys beside those of desk.js, and several conflicts ticked at once. All of it can be done
// without, with the mouse or a finger.

import { say } from './words.js';

const typing = el => el.matches('input:not([type="radio"]):not([type="checkbox"]), select, textarea');

document.addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || document.querySelector('dialog[open]')) return;
  const act = keys[e.key];
  if (act?.(e.target)) e.preventDefault();
});

const keys = {
  // Enter on a link or button is that link's; anywhere else it is what the case's button says.
  Enter: at => {
    const form = document.getElementById('resolve');
    if (!form || at.closest('a, button, summary') || (at.form && at.form !== form)) return false;
    form.requestSubmit();
    return true;
  },
  e: () => {
    const own = document.querySelector('#resolve [data-own]');
    if (!own) return false;
    own.checked = true;
    own.dispatchEvent(new Event('change', { bubbles: true }));
    own.form.dataset.dirty = '';
    const field = own.form.querySelector('[data-for] :is(input, select, textarea)');
    field?.focus();
    return true;
  },
  x: () => {
    const tick = document.querySelector('.conflicts .here [name="chosen"]');
    if (!tick) return false;
    tick.click();
    return true;
  },
};

// ---- several at once --------------------------------------------------------------------------------------------------
function several() {
  const form = document.querySelector('[data-many]');
  if (!form) return;
  const ticks = [...document.querySelectorAll('[name="chosen"]')];
  const chosen = ticks.filter(t => t.checked);
  const kinds = new Set(chosen.map(t => t.dataset.kind));
  form.querySelector('[data-chosen]').textContent = chosen.length === 0 ? say('None chosen') : kinds.size > 1 ? say('{0} chosen, of {1} kinds', chosen.length, kinds.size) : say('{0} chosen', chosen.length);
  form.querySelector('[data-some]').hidden = chosen.length === 0;
  const pairs = form.querySelector('[data-pairs]');
  pairs.hidden = kinds.size !== 1 || !kinds.has('fingerprint_match_decision_mismatch');
  const all = form.querySelector('[data-all]');
  all.checked = chosen.length > 0 && chosen.length === ticks.length;
  all.indeterminate = chosen.length > 0 && chosen.length < ticks.length;
}

document.addEventListener('change', e => {
  if (e.target.matches('[data-all]')) for (const tick of document.querySelectorAll('[name="chosen"]')) tick.checked = e.target.checked;
  several();
});
document.addEventListener('redrawn', several);
several();

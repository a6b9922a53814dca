// Splitting reports out of an incident: the page says how many leave and how many stay, before anything is done.

import { say } from './words.js';

const form = document.querySelector('form[data-split]');

function tell() {
  const all = Number(form.dataset.split);
  const leaving = form.querySelectorAll('[name="report"]:checked').length;
  const staying = all - leaving;
  const words = leaving === 0 ? say('Nothing is ticked yet.')
    : staying === 0 ? say('At least one report stays: take a tick away.')
      : say(
        leaving === 1 && staying === 1 ? '1 report leaves {0}, 1 report stays.' : leaving === 1 ? '1 report leaves {0}, {2} reports stay.'
          : staying === 1 ? '{1} reports leave {0}, 1 report stays.' : '{1} reports leave {0}, {2} reports stay.',
        form.dataset.name, leaving, staying);
  form.querySelector('[data-will]').textContent = words;
  const button = form.querySelector('.btn.go');
  button.disabled = leaving === 0 || staying === 0;
  form.querySelector('[data-do]').textContent = leaving === 0 || staying === 0 ? say('Split out') : leaving === 1 ? say('Split 1 report out') : say('Split {0} reports out', leaving);
  form.dataset.ask = leaving === 1 ? say('Split 1 report out of {0}? It becomes an incident of its own, on every Pi too.', form.dataset.name)
    : say('Split {1} reports out of {0}? They become incidents of their own, on every Pi too.', form.dataset.name, leaving);
}

if (form) {
  form.addEventListener('change', tell);
  tell();
}

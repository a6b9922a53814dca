// Correcting an incident or a report: the page says what will change before it is saved, and asks for it. Where somebody else
// was faster, writing in a field means keeping one's own.

import { say } from './words.js';

const form = document.getElementById('correct');
const shown = field => field instanceof HTMLSelectElement ? field.selectedOptions[0]?.textContent ?? '' : field.value.trim();
const before = field => field instanceof HTMLSelectElement
  ? [...field.options].find(o => o.value === field.dataset.was || (o.value === '' && field.dataset.was === undefined) || o.textContent === field.dataset.was)?.textContent ?? field.dataset.was ?? ''
  : field.dataset.was ?? '';
const day = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d))?(?:\.(\d{1,3}))?$/;
const whole = text => text.replace(day, (_, date, minute, second = '00', part = '0') => `${date} ${minute}:${second}.${part.padEnd(3, '0')}`);
const same = (field, was, is) => field.type === 'datetime-local' ? whole(was) === whole(is) : was.trim() === is;

function changes() {
  const said = [];
  let moves = false;
  for (const field of form.querySelectorAll('[data-was], #bib_number, #race_location_uuid, #athlete_position, #reporter_name, #penalty_code, #description')) {
    const theirs = form.querySelector(`input[name="take.${field.id}"][value="theirs"]`);
    if (theirs?.checked) continue;
    const [was, is] = [before(field), shown(field)];
    if (same(field, was, is)) continue;
    const label = form.querySelector(`label[for="${field.id}"]`).firstChild.textContent.trim();
    moves ||= ['bib_number', 'race_location_uuid', 'occurred_at'].includes(field.id);
    if ('long' in field.dataset) said.push(say('{0}: written anew', label));
    else said.push(say('{0}: {1} → {2}', label, whole(was) || field.dataset.empty || say('none||of a field'), whole(is) || field.dataset.empty || say('none||of a field')));
  }
  return { said, moves };
}

function tell() {
  const { said, moves } = changes();
  const kind = form.dataset.correct;
  const then = !moves ? '' : kind === 'report' ? say('The report leaves, and gets an incident of its own.') : kind === 'sole' ? say('The incident moves with it.') : '';
  const words = said.length === 0 ? '' : `${said.join('; ')}.${then && ` ${then}`}`;
  form.querySelector('[data-will]').textContent = words;
  if (words) form.dataset.ask = `${say('Save this correction of {0}?', form.dataset.name)}\n\n${words}`;
  else delete form.dataset.ask;
}

if (form) {
  form.addEventListener('input', e => {
    const mine = e.target.id && form.querySelector(`input[name="take.${e.target.id}"][value="mine"]`);
    if (mine) mine.checked = true;
    tell();
  });
  form.addEventListener('change', tell);
  tell();
}

// Splitting reports out of an incident: the page says how many leave and how many stay, before anything is done.

const form = document.querySelector('form[data-split]');
const count = n => n === 1 ? '1 report' : `${n} reports`;

function say() {
  const all = Number(form.dataset.split);
  const leaving = form.querySelectorAll('[name="report"]:checked').length;
  const staying = all - leaving;
  const words = leaving === 0 ? 'Nothing is ticked yet.'
    : staying === 0 ? 'At least one report stays: take a tick away.'
      : `${count(leaving)} ${leaving === 1 ? 'leaves' : 'leave'} ${form.dataset.name}, ${count(staying)} ${staying === 1 ? 'stays' : 'stay'}.`;
  form.querySelector('[data-will]').textContent = words;
  const button = form.querySelector('.btn.go');
  button.disabled = leaving === 0 || staying === 0;
  form.querySelector('[data-do]').textContent = leaving === 0 || staying === 0 ? 'Split out' : `Split ${count(leaving)} out`;
  form.dataset.ask = `Split ${count(leaving)} out of ${form.dataset.name}? ${leaving === 1 ? 'It becomes an incident of its own' : 'They become incidents of their own'}, on every Pi too.`;
}

if (form) {
  form.addEventListener('change', say);
  say();
}

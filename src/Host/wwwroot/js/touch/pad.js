// The number pad: as digits go in, the preview shows whose bib it is, and the preview is the key that acts. The time that
// counts is the touch of the first digit.

import { fill, h, icon, key } from './dom.js';
import { outOfRace, preview } from './bibs.js';
import { t } from './texts.js';

const idleMs = 30000; // a digit left standing would give the next report a time that is long past

/** bibOf(number): the start-list entry. go(number, touched): acts. noBib(touched): acts without one. */
export function numberPad({ bibOf, go, noBib, verb = t('pad.save'), invite = t('pad.type'), hint = t('pad.or'), noBibLabel = [t('pad.none_1'), h('br'), t('pad.none_2')] }) {
  let digits = '';
  let first = 0;
  let idle = null;
  const face = key('', { class: 'preview', onpointerdown: press(act) });

  function press(action) {
    return event => { if (event.button === 0 && event.isPrimary) { event.preventDefault(); action(event.timeStamp); } };
  }

  function digit(value, touched) {
    clearTimeout(idle);
    idle = setTimeout(clear, idleMs);
    if (digits === '' && value === '0') return;
    if (digits === '') first = touched;
    if (digits.length < 4) digits += value;
    show();
  }

  function back() { digits = digits.slice(0, -1); show(); }
  function clear() { digits = ''; show(); }

  function act() {
    if (digits === '') return;
    const number = Number(digits);
    clear();
    go(number, first);
  }

  function show() {
    const number = Number(digits);
    const entry = digits === '' ? null : bibOf(number);
    face.className = `key preview ${digits === '' ? 'shut' : 'go'} ${digits.length === 4 ? 'four' : ''}`;
    if (digits === '') {
      face.setAttribute('aria-disabled', 'true');
      fill(face, h('span', {}, h('strong', { class: 'cut' }, invite), h('span', { class: 'cut' }, hint)));
      return;
    }
    face.removeAttribute('aria-disabled');
    const [strong, small] = entry ? preview(entry) : [t('pad.not_listed'), t('pad.saved_anyway')];
    const out = outOfRace(entry);
    fill(face, h('b', {}, digits), h('span', {}, h('strong', { class: 'cut' }, strong), h('span', { class: 'cut' }, out ? `${out} · ${small}` : small)), h('em', {}, icon('check', 's32'), verb));
  }

  const one = value => key(value, { onpointerdown: press(touched => digit(value, touched)), onclick: event => { if (event.detail === 0) digit(value, event.timeStamp); } });
  face.addEventListener('click', event => { if (event.detail === 0) act(); });
  const pad = h('div', { class: 'pad', role: 'group', 'aria-label': t('pad.label') }, face, ...'123456789'.split('').map(one),
    noBib ? key(noBibLabel, { class: 'small', onpointerdown: press(touched => { clear(); noBib(touched); }), onclick: event => { if (event.detail === 0) noBib(event.timeStamp); } }) : h('span'),
    one('0'), key(icon('back', 's40'), { 'aria-label': t('pad.delete'), onpointerdown: press(back), onclick: event => { if (event.detail === 0) back(); } }));
  document.addEventListener('keydown', event => {
    if (!pad.isConnected || document.querySelector('.layer.type') || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^\d$/.test(event.key)) digit(event.key, event.timeStamp);
    else if (event.key === 'Backspace') back();
    else if (event.key === 'Enter' && document.activeElement === document.body) act();
  });
  show();
  pad.refresh = show;
  return pad;
}

// When this Pi's clips go, and how much of them in a day: said where they wait, and chosen in a layer over the page.

import { Away, call, get } from './api.js';
import { figure, fill, h, icon, key, size } from './dom.js';
import * as shell from './shell.js';
import { t } from './texts.js';

const sends = { now: 'clips.now', good_link: 'clips.good_link', by_hand: 'clips.by_hand' };
const limits = [null, 100e6, 300e6, 1e9, 3e9];

const whole = bytes => t('size.mb', { n: figure(Math.round(bytes / 1e6)) });

/** Why the clips of this Pi wait, or when they go. */
export function word(device) {
  if (device?.clips_wait === 'day_limit') return t('clips.wait_limit', { limit: whole(device.clips_day_limit_bytes) });
  if (device?.clips_wait === 'link_slow') return t('clips.wait_slow');
  return t({ by_hand: 'clips.wait_by_hand', good_link: 'clips.follow_good' }[device?.clips_send] ?? 'clips.follow');
}

/** Sync now lets them go. */
export const byHand = device => device?.clips_wait === 'by_hand' || device?.clips_wait === 'link_slow';

/** The name of what is chosen. */
export const chosen = device => t(sends[device?.clips_send ?? 'now']);

/** The layer that chooses; done is called when it closes. */
export async function choose(done) {
  let terms;
  try {
    terms = await get('/device/clips');
  } catch (error) {
    shell.toast(error instanceof Away ? t('away.again') : error.message);
    return;
  }

  const layer = h('div', { class: 'layer', role: 'dialog', 'aria-modal': 'true', 'aria-label': t('clips.when') });
  const choice = (pressed, label, change) => key(h('span', {}, label), { 'aria-pressed': pressed ? 'true' : 'false', onclick: () => take(change) });

  // The next waits for the answer before it: said at once, it would take back what the one before has chosen.
  let turn = Promise.resolve();
  function take(change) {
    turn = turn.then(() => put(change));
  }

  async function put(change) {
    try {
      ({ body: terms } = await call('PUT', '/device/clips', { send: terms.send, day_limit_bytes: terms.day_limit_bytes, ...change }));
    } catch (error) {
      shell.toast(error instanceof Away ? t('away.again') : error.message);
    }
    show();
    await shell.refresh();
  }

  function show() {
    const more = { now: t('clips.now_more'), good_link: t('clips.good_link_more', { rate: size(terms.good_link_bytes_per_second) }), by_hand: t('clips.by_hand_more') };
    // One that was set from elsewhere is shown too.
    const offered = limits.includes(terms.day_limit_bytes) ? limits : [...limits.slice(0, 4), terms.day_limit_bytes];
    const measured = terms.link_bytes_per_second;
    fill(layer, h('div', { class: 'card terms' },
      h('h2', {}, t('clips.when')),
      h('div', { class: 'pick cols3' }, Object.entries(sends).map(([send, name]) => choice(terms.send === send, [h('strong', { class: 'cut' }, t(name)), h('small', {}, more[send])], { send }))),
      h('h2', {}, t('clips.limit')),
      h('div', { class: 'pick cols5' }, offered.map(limit => choice(terms.day_limit_bytes === limit, h('strong', { class: 'cut' }, limit === null ? t('clips.no_limit') : whole(limit)), { day_limit_bytes: limit }))),
      h('p', { role: 'status' }, h('strong', {}, t('clips.today', { size: size(terms.day_sent_bytes) })), ` ${t('clips.limit_more')}`),
      h('p', {}, measured === null ? t('clips.unmeasured') : measured === 0 ? t('clips.broke') : t('clips.measured', { rate: size(measured) })),
      h('div', { class: 'keys' }, key(icon('check', 's32'), { class: 'go', onclick: close }, t('stick.close')))));
  }

  function close() {
    layer.remove();
    done();
  }

  show();
  document.body.append(layer);
}

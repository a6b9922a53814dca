// Several clips of one incident side by side on a common clock: played, paused, stepped and slowed together. [data-clips] is
// the button; the clips are those of the [data-clip] buttons beside it. A clip carries no time of its own: it is laid where
// its report's time is, or all begin together, and each can be moved by itself.

import { findLength, measureFrames, speeds, usualFrame } from './film.js';
import { say } from './words.js';

const near = 120; // seconds: reports of one incident that lie further apart are not of one moment

document.addEventListener('click', event => {
  const all = event.target.closest('[data-clips]');
  if (all) open([...all.closest('.one').querySelectorAll('[data-clip]')].map(b => ({ address: b.dataset.clip, poster: b.dataset.poster, title: b.dataset.title, at: Date.parse(b.dataset.at) / 1000 })), all.dataset.clips);
});

const el = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (typeof value === 'function') made.addEventListener(key, value); else made.setAttribute(key, value);
  made.append(...children);
  return made;
};

function open(clips, title) {
  const first = Math.min(...clips.map(c => c.at));
  const apart = Math.max(...clips.map(c => c.at)) - first;
  let byReports = apart > 0 && apart <= near;
  let speed = 0;
  let frame = usualFrame;
  let now = 0; // of the common clock, seconds
  let since = null; // performance.now() at which it stood at `from`; null: it stands
  let from = 0;

  const films = clips.map((clip, i) => {
    const video = el('video', { src: clip.address, playsinline: '', preload: 'auto', tabindex: '-1', 'aria-label': clip.title });
    if (clip.poster) video.poster = clip.poster;
    video.muted = true;
    const where = el('output', { class: 'num' });
    const film = { video, where, moved: 0, get begins() { return Math.max(0, (byReports ? clip.at - first : 0) + this.moved); } };
    const move = frames => { film.moved = film.begins + frames * frame - (byReports ? clip.at - first : 0); place(); };
    film.figure = el('figure', {}, video, el('figcaption', {}, el('b', {}, clip.title), where,
      el('button', { type: 'button', class: 'btn', 'aria-label': say('Clip {0} one frame earlier', i + 1), click: () => move(-1) }, say('← frame')),
      el('button', { type: 'button', class: 'btn', 'aria-label': say('Clip {0} one frame later', i + 1), click: () => move(1) }, say('frame →'))));
    video.addEventListener('error', () => film.figure.prepend(el('p', { class: 'alert in', role: 'alert' }, say('This clip cannot be shown here.'))));
    findLength(video, () => place());
    measureFrames(video, () => dialog.isConnected, between => { frame = between; });
    return film;
  });

  const lasts = film => Number.isFinite(film.video.duration) ? film.video.duration : 0;
  const end = () => Math.max(0.001, ...films.map(f => f.begins + lasts(f)));
  const clock = () => since === null ? now : Math.min(end(), from + (performance.now() - since) / 1000 * speeds[speed]);

  /** Sets each film to where the common clock stands, and lets those run that have pictures there. */
  function place() {
    now = clock();
    for (const film of films) {
      const own = now - film.begins;
      const inside = own >= 0 && own < lasts(film);
      const wanted = Math.min(Math.max(own, 0), Math.max(0, lasts(film) - 0.001));
      if (since !== null && inside) {
        film.video.playbackRate = speeds[speed];
        if (Math.abs(film.video.currentTime - own) > (film.video.paused ? 0.001 : 0.06)) film.video.currentTime = own;
        if (film.video.paused) film.video.play().catch(() => {});
      } else {
        film.video.pause();
        if (Math.abs(film.video.currentTime - wanted) > 0.0005) film.video.currentTime = wanted;
      }
      film.figure.classList.toggle('outside', !inside);
    }
    show();
  }

  function tick() {
    if (!dialog.isConnected || since === null) return;
    place();
    if (now >= end() - 0.001) halt();
    else requestAnimationFrame(tick);
  }
  function halt() {
    now = clock();
    since = null;
    place();
  }
  function run() {
    if (now >= end() - 0.001) now = 0;
    [from, since] = [now, performance.now()];
    tick();
  }
  const toggle = () => { if (since === null) run(); else halt(); };
  const goTo = seconds => {
    halt();
    now = Math.min(end(), Math.max(0, seconds));
    place();
  };
  const step = frames => goTo(clock() + frames * frame);
  const slower = () => {
    now = clock();
    speed = (speed + 1) % speeds.length;
    if (since !== null) [from, since] = [now, performance.now()];
    place();
  };
  const lay = () => {
    byReports = !byReports;
    for (const film of films) film.moved = 0;
    goTo(0);
  };
  const whole = () => { if (document.fullscreenElement) document.exitFullscreen(); else dialog.requestFullscreen().catch(() => {}); };
  const button = (label, key, act) => el('button', { type: 'button', class: 'btn', click: act }, label, ' ', el('kbd', {}, key));

  const bar = el('input', { type: 'range', min: '0', max: '1000', step: '1', value: '0', 'aria-label': say('Place on the common clock') });
  bar.addEventListener('input', () => goTo(end() * Number(bar.value) / 1000));
  const time = el('output', { class: 'num' });
  const play = button(say('Play||a clip'), 'Space', toggle);
  const slow = button(say('Speed {0}×', 1), 'S', slower);
  const laid = button('', 'T', lay);
  const dialog = el('dialog', { class: 'clip several', 'aria-label': title, tabindex: '-1', autofocus: '' }, el('h2', {}, title), el('div', { class: 'films' }, ...films.map(f => f.figure)), bar, time,
    el('div', { class: 'row' }, button(say('−1 frame'), ',', () => step(-1)), play, button(say('+1 frame'), '.', () => step(1)), slow, ...(apart > 0 && apart <= near ? [laid] : []), button(say('Full screen'), 'F', whole), button(say('Close'), 'Esc', () => dialog.close())));
  dialog.dataset.films = String(films.length);

  function show() {
    play.firstChild.textContent = say(since === null ? 'Play||a clip' : 'Pause||a clip');
    slow.firstChild.textContent = say('Speed {0}×', speeds[speed]);
    laid.firstChild.textContent = say(byReports ? 'All from their beginnings' : 'By the reports’ times');
    time.textContent = say('{0} of {1} s', now.toFixed(2), end().toFixed(2));
    for (const film of films) film.where.textContent = film.figure.classList.contains('outside') ? say('no picture at this time') : `${film.video.currentTime.toFixed(2)} s`;
    if (document.activeElement !== bar) bar.value = String(Math.round(1000 * now / end()));
  }

  dialog.addEventListener('keydown', event => {
    // The page's own keys are not meant while clips are open.
    event.stopPropagation();
    const act = { ',': () => step(-1), '.': () => step(1), s: slower, t: apart > 0 && apart <= near ? lay : null, f: whole, ' ': toggle }[event.key.toLowerCase()];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  for (const film of films) film.video.addEventListener('seeked', show);
  dialog.addEventListener('close', () => {
    since = null;
    for (const { video } of films) {
      video.removeAttribute('src');
      video.load();
    }
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  place();
}

// A clip is watched in its place: frame by frame, slow, full screen. [data-clip] is a button with the clip's address; the
// player lies over the page, so that what the page fetches anew meanwhile does not stop it.

import { findLength, measureFrames, speeds, usualFrame } from './film.js';
import { say } from './words.js';

let player = null;

document.addEventListener('click', event => {
  const button = event.target.closest('[data-clip]');
  if (button) open(button.dataset.clip, button.dataset.title ?? say('Clip'), button.dataset.poster);
});

function open(address, title, poster) {
  player?.close();
  const video = Object.assign(document.createElement('video'), { src: address, playsInline: true, preload: 'auto', tabIndex: -1 });
  if (poster) video.poster = poster;
  const dialog = document.createElement('dialog');
  dialog.className = 'clip';
  dialog.setAttribute('aria-label', title);
  const head = Object.assign(document.createElement('h2'), { textContent: title });
  const time = Object.assign(document.createElement('output'), { className: 'num' });
  const place = Object.assign(document.createElement('input'), { type: 'range', min: '0', max: '1000', step: '1', value: '0' });
  place.setAttribute('aria-label', say('Place in the clip'));
  const fault = Object.assign(document.createElement('p'), { className: 'alert in', hidden: true });
  fault.setAttribute('role', 'alert');

  let frame = usualFrame;
  let speed = 0;
  const button = (label, key, act) => {
    const made = Object.assign(document.createElement('button'), { type: 'button', className: 'btn' });
    made.append(label, ' ', Object.assign(document.createElement('kbd'), { textContent: key }));
    made.addEventListener('click', act);
    return made;
  };
  const step = frames => {
    video.pause();
    video.currentTime = Math.min(video.duration || Infinity, Math.max(0, video.currentTime + frames * frame));
  };
  const toggle = () => { if (video.paused) video.play().catch(() => {}); else video.pause(); };
  const slower = () => {
    speed = (speed + 1) % speeds.length;
    video.playbackRate = speeds[speed];
    show();
  };
  const whole = () => { if (document.fullscreenElement) document.exitFullscreen(); else dialog.requestFullscreen().catch(() => {}); };
  const play = button(say('Play||a clip'), 'Space', toggle);
  const slow = button(say('Speed {0}×', 1), 'S', slower);
  const row = Object.assign(document.createElement('div'), { className: 'row' });
  row.append(button(say('−1 frame'), ',', () => step(-1)), play, button(say('+1 frame'), '.', () => step(1)), slow, button(say('Full screen'), 'F', whole), button(say('Close'), 'Esc', () => dialog.close()));
  dialog.append(head, video, fault, place, time, row);

  function show() {
    play.firstChild.textContent = say(video.paused ? 'Play||a clip' : 'Pause||a clip');
    slow.firstChild.textContent = say('Speed {0}×', speeds[speed]);
    const length = Number.isFinite(video.duration) ? video.duration : 0;
    time.textContent = length > 0 ? say('{0} of {1} s', video.currentTime.toFixed(2), length.toFixed(2)) : `${video.currentTime.toFixed(2)} s`;
    if (length > 0 && document.activeElement !== place) place.value = String(Math.round(1000 * video.currentTime / length));
  }

  for (const told of ['play', 'pause', 'timeupdate', 'seeked', 'durationchange', 'loadedmetadata']) video.addEventListener(told, show);
  video.addEventListener('error', () => {
    fault.hidden = false;
    fault.textContent = say('This clip cannot be shown here.');
  });
  findLength(video, () => { if (video.currentTime > 0) video.currentTime = 0; });
  measureFrames(video, () => dialog.isConnected, apart => { frame = apart; });
  place.addEventListener('input', () => {
    video.pause();
    if (Number.isFinite(video.duration)) video.currentTime = video.duration * Number(place.value) / 1000;
  });
  video.addEventListener('click', toggle);
  dialog.addEventListener('keydown', event => {
    // The page's own keys are not meant while a clip is open.
    event.stopPropagation();
    const act = { ',': () => step(-1), '.': () => step(1), s: slower, f: whole, ' ': toggle }[event.key.toLowerCase()];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  dialog.addEventListener('close', () => {
    video.removeAttribute('src');
    video.load();
    dialog.remove();
    player = null;
  });
  player = dialog;
  document.body.append(dialog);
  dialog.showModal();
  show();
}

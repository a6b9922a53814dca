// A clip that this Pi holds, watched with a finger: played, slowed, frame by frame.

import { findLength, measureFrames, speeds, usualFrame } from '../film.js';
import { fill, h, icon, key } from './dom.js';
import { t } from './texts.js';

/** The picture of a report's clip. */
export const poster = report => `/api/v1/reports/${report}/clip/poster`;

/** The player over the page, of a report whose clip is here. */
export function watch(report, title) {
  const video = h('video', { src: `/api/v1/reports/${report.client_uuid}/clip`, poster: report.clip.poster ? poster(report.client_uuid) : null, playsinline: '', preload: 'auto', 'aria-label': title });
  const at = h('output', { class: 'num' });
  const keys = h('div', { class: 'keys' });
  let speed = 0;
  let frame = usualFrame;
  const close = () => {
    layer.remove();
    video.removeAttribute('src');
    video.load();
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
  const layer = h('div', { class: 'layer', role: 'dialog', 'aria-modal': 'true', 'aria-label': title }, h('div', { class: 'player card' }, video, at, keys));

  function show() {
    fill(at, Number.isFinite(video.duration) ? t('clip.at', { at: video.currentTime.toFixed(2), of: video.duration.toFixed(2) }) : '');
    fill(keys,
      key(icon('left', 's32'), { onclick: () => step(-1), 'aria-label': t('clip.frame_back') }),
      key(t(video.paused ? 'clip.play' : 'clip.pause'), { class: 'go', onclick: toggle }),
      key(icon('right', 's32'), { onclick: () => step(1), 'aria-label': t('clip.frame_on') }),
      key(t('clip.speed', { speed: speeds[speed] }), { onclick: slower }),
      key(t('stick.close'), { onclick: close }));
  }

  for (const told of ['play', 'pause', 'seeked', 'timeupdate', 'durationchange', 'loadedmetadata']) video.addEventListener(told, () => { if (layer.isConnected) show(); });
  video.addEventListener('error', () => { if (layer.isConnected) fill(at, h('strong', { class: 'problem', role: 'alert' }, t('clip.not_here'))); });
  findLength(video, () => { if (video.currentTime > 0) video.currentTime = 0; });
  measureFrames(video, () => layer.isConnected, apart => { frame = apart; });
  video.addEventListener('click', toggle);
  document.body.append(layer);
  show();
}

// The plots of the dashboard, drawn from the figures beside them: nothing here is known that the page does not say in words.

import uPlot from '../assets/uplot.js';

const written = document.documentElement.lang === 'en' ? 'en-GB' : document.documentElement.lang || 'en-GB';

const zone = document.querySelector('[data-clock]')?.dataset.clock;
const style = getComputedStyle(document.documentElement);
const colour = name => style.getPropertyValue(name).trim();
const drawn = new Map();

/** A day's name where the points span days, else the hour at the venue. */
function stamps(span) {
  const format = new Intl.DateTimeFormat(written, span > 2 * 86400 ? { weekday: 'short', day: 'numeric', timeZone: zone } : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone });
  return (_, at) => at.map(second => format.format(second * 1000));
}

function draw(figure) {
  const points = JSON.parse(figure.dataset.points);
  const [at, values] = points;
  figure.hidden = at.length === 0;
  if (at.length === 0) return;
  const target = Number(figure.dataset.target);
  const times = figure.dataset.plot === 'times';
  const missed = figure.closest('.miss') !== null;
  const ink = colour(missed ? '--problem' : '--accent');
  const soft = colour('--ink-soft');
  const from = at[0], to = Math.max(at[at.length - 1], from + 60);
  const low = Math.min(target, ...values), high = Math.max(target, ...values);
  const room = (high - low || 1) * 0.15;
  const unit = figure.dataset.unit;
  const tens = [];
  for (let ten = 10 ** Math.floor(Math.log10(Math.min(0.1, low || 0.1))); ten <= high; ten *= 10) tens.push(ten);
  const plot = new uPlot({
    width: Math.max(160, figure.clientWidth), height: 120, legend: { show: false }, cursor: { show: false }, padding: [8, 16, 0, 0],
    scales: {
      x: { time: true, range: () => [from, to] },
      y: times ? { distr: 3, range: () => [tens[0], Math.max(high, target) * 1.6] } : { range: () => [Math.max(0, low - room), Math.min(100, high + room) || 1] },
    },
    axes: [
      { stroke: soft, font: '12px Inter', grid: { show: false }, ticks: { show: false }, size: 24, space: 64, incrs: [60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400, 604800, 2592000], values: stamps(to - from) },
      { stroke: soft, font: '12px Inter', grid: { stroke: colour('--rule'), width: 1 }, ticks: { show: false }, size: 48, space: 32, ...times && { splits: () => tens }, values: (_, marks) => marks.map(mark => mark === null ? '' : `${+mark.toPrecision(3)} ${unit}`) },
    ],
    series: [
      {},
      times ? { stroke: ink, paths: () => null, points: { show: true, size: 4, width: 0, fill: ink } } : { stroke: ink, width: 2, paths: at.length > 1 ? uPlot.paths.stepped({ align: 1 }) : () => null, points: { show: at.length < 3, size: 6, fill: ink } },
    ],
    hooks: { draw: [u => line(u, u.valToPos(target, 'y', true), colour('--ink'))] },
  }, points, figure);
  return plot;
}

/** The target, dashed over the whole width. */
function line(u, y, ink) {
  const { ctx, bbox } = u;
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([5 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

function drawAll() {
  for (const plot of drawn.values()) plot?.destroy();
  drawn.clear();
  for (const figure of document.querySelectorAll('[data-plot]')) {
    figure.replaceChildren();
    drawn.set(figure, draw(figure));
  }
}

let width = 0, waiting = 0;
new ResizeObserver(([entry]) => {
  if (Math.abs(entry.contentRect.width - width) < 2) return;
  width = entry.contentRect.width;
  clearTimeout(waiting);
  waiting = setTimeout(drawAll, 100);
}).observe(document.getElementById('main'));
document.addEventListener('redrawn', drawAll);

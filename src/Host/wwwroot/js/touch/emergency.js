// No network and no competition: one is made here, with races, locations and bibs, by the API that the desk uses. What is made
// has its UUID before it is sent: a second touch, or a third after the host was away, makes nothing twice (R2).

import { all, Away, call, get, post, uuid } from './api.js';
import * as bibs from './bibs.js';
import { fill, h, icon, key, pageData, size } from './dom.js';
import { ask, board, typedIn } from './keyboard.js';
import * as memory from './memory.js';
import * as shell from './shell.js';
import { language, said, t } from './texts.js';
import * as times from './times.js';
import { usual, venueOf, venues } from './venues.js';

const data = pageData();
const root = document.getElementById('emergency');
const disciplines = ['individual', 'sprint', 'vertical', 'team', 'mixed_relay', 'other'];
const teams = ['team', 'mixed_relay'];
const draftName = 'mr.emergency';

const competitions = new Map(data.competitions.map(c => [c.client_uuid, c]));
const races = new Map(data.races.map(({ race, bibs: on, locations }) => [race.client_uuid, { ...race, bibs: on, locations }]));
const isOwn = record => record.origin === data.here;
const own = () => [...competitions.values()].filter(isOwn);
const racesOf = competition => [...races.values()].filter(r => r.competition_uuid === competition.client_uuid);

// What is being typed outlives the page: the host may go away in the middle of it.
let draft = memory.read(draftName, null);
// What is shown: at first the race that is reported on.
let race = races.get(/(?:^|; )mr_place=([^.;]+)/.exec(document.cookie)?.[1]) ?? null;
let competition = race && competitions.get(race.competition_uuid);
let at = 0;
let busy = false;

const keep = () => memory.write(draftName, draft);

// ---- days

const dayFormat = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const dayText = day => dayFormat.format(new Date(`${day}T00:00:00Z`));
const nameDay = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const days = (first, last) => (first === last ? dayFormat : nameDay).formatRange(new Date(`${first}T00:00:00Z`), new Date(`${last}T00:00:00Z`));
const moved = (day, by) => new Date(Date.parse(`${day}T00:00:00Z`) + by * 86400000).toISOString().slice(0, 10);

/** Today at the venue, as this Pi's clock has it: it may be wrong, so each part of it can be set. */
function today(zone) {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(new Date(times.raceNow()));
  return ['year', 'month', 'day'].map(part => parts.find(p => p.type === part).value).join('-');
}

// ---- sending

/** Does it, once at a time; what goes wrong is said. Answers whether it went well. */
async function work(run) {
  if (busy) return false;
  busy = true;
  try {
    await run();
    return true;
  } catch (error) {
    shell.toast(error instanceof Away ? t('away.again') : error.message, error instanceof Away ? 'kind' : '');
    return false;
  } finally {
    busy = false;
  }
}

/** Makes it; where an earlier touch had made it and its answer was lost, makes it say what is on the screen now. */
async function made(list, item, wanted) {
  const { status, body } = await call('POST', list, wanted);
  if (status === 201 || Object.entries(wanted).every(([name, value]) => (body[name] ?? null) === (value ?? null))) return body;
  return changed(item(body.client_uuid), body, wanted);
}

const changed = async (path, seen, wanted) => (await call('PUT', path, { ...seen, ...wanted }, { headers: { 'If-Match': `"${seen.revision}"` } })).body;
const taken = async path => (await call('DELETE', path)).body;

// ---- competition and race: one form for both, and for either alone

function newDraft(withCompetition) {
  const { country, zone } = usual([...competitions.values()]);
  const day = today(zone);
  draft = {
    day,
    competition: withCompetition ? { client_uuid: uuid(), name: '', country, time_zone: zone, start_date: day, end_date: day } : null,
    race: { client_uuid: uuid(), competition_uuid: withCompetition ? null : competition.client_uuid, name: '', discipline: null },
  };
  keep();
}

/** The names that they have where none is typed: in the snow, nobody has to. */
const competitionName = c => c.name || t('emergency.name_of', { day: nameDay.format(new Date(`${c.start_date}T00:00:00Z`)) });
const raceName = () => draft.race.name || (draft.race.discipline ? t(`discipline.${draft.race.discipline}`) : '');

function showDraft() {
  const c = draft.competition;
  const missing = draft.race.discipline ? null : 'emergency.need_discipline';
  root.className = 'body choose with-foot';
  fill(root,
    h('h2', {}, t(c ? 'emergency.competition' : 'emergency.in')),
    h('h2', {}, t('emergency.race'), h('small', {}, t('emergency.race_more'))),
    c ? competitionKeys(c, () => { keep(); showDraft(); }) : h('div', { class: 'pick' }, h('div', { class: 'card about' }, h('strong', {}, competition.name), h('p', {}, days(competition.start_date, competition.end_date)))),
    h('div', { class: 'pick cols3' },
      disciplines.map(d => key(t(d === 'other' ? 'emergency.other_kind' : `discipline.${d}`), { class: 'center', 'aria-pressed': draft.race.discipline === d ? 'true' : 'false', onclick: () => { draft.race.discipline = d; keep(); showDraft(); } })),
      big('pen', t('emergency.race_name'), raceName() || t('emergency.as_discipline'), async () => {
        const name = await ask({ head: t('emergency.race_name'), value: draft.race.name, ghost: raceName(), most: 200, ...naming() });
        if (name !== null) { draft.race.name = name; keep(); showDraft(); }
      }, 'span3'),
      h('p', { class: 'telling' }, t('emergency.telling'))),
    h('div', { class: 'foot three' },
      key(t('emergency.back'), { onclick: () => { if (competitions.size > 0) { dropDraft(); showRace(); } else shell.go('/place'); } }),
      c ? key(icon('download', 's32'), { onclick: () => shell.go('/download') }, t('emergency.rather_fetch')) : h('span'),
      key(icon('check', 's36'), { class: missing ? 'shut' : 'go', 'aria-disabled': missing ? 'true' : null, onclick: () => { if (missing) shell.toast(t(missing), 'kind'); else makeDraft(); } }, t(missing ?? 'emergency.make'))));
}

function dropDraft() {
  draft = null;
  keep();
}

const naming = () => ({ save: t('emergency.keep'), discard: t('place.leave'), unsaved: t('place.unkept') });

const big = (mark, strong, small, onclick, className = '') => key(icon(mark), { class: className, onclick }, h('span', {}, h('strong', { class: 'cut' }, strong), h('small', { class: 'cut' }, small)));

/** Name, venue and days of a competition, each a key. */
function competitionKeys(c, done) {
  const venue = venueOf(c.country, c.time_zone);
  return h('div', { class: 'pick' },
    big('pen', competitionName(c), t(c.name ? 'emergency.name' : 'emergency.name_more'), async () => {
      const name = await ask({ head: t('emergency.name'), value: c.name, ghost: competitionName(c), most: 200, ...naming() });
      if (name !== null) { c.name = name; done(); }
    }),
    big('pin', venue.name, venue.under, () => chooseVenue(c, done)),
    big('wait', days(c.start_date, c.start_date), c.end_date === c.start_date ? t('emergency.one_day') : t('emergency.until', { day: dayText(c.end_date) }), () => chooseDays(c, done)));
}

function makeDraft() {
  return work(async () => {
    const { competition: c, race: r } = draft;
    if (c) {
      const kept = await made('/competitions', id => `/competitions/${id}`, { ...c, name: competitionName(c) });
      competitions.set(kept.client_uuid, kept);
      competition = kept;
    }
    const kept = await made(`/competitions/${competition.client_uuid}/races`, id => `/races/${id}`, { client_uuid: r.client_uuid, name: raceName(), discipline: r.discipline });
    race = { ...kept, bibs: 0, locations: (await all(`/races/${kept.client_uuid}/locations`)).length };
    races.set(race.client_uuid, race);
    dropDraft();
    shell.refresh();
    showRace();
  });
}

// ---- layers

/** A page over the page, closed by its own keys. */
function layer(label, ...children) {
  const element = h('div', { class: 'layer', role: 'dialog', 'aria-modal': 'true', 'aria-label': label }, children);
  document.body.append(element);
  return element;
}

function chooseVenue(c, done) {
  const perPage = 17;
  let from = Math.max(0, Math.floor(venues.findIndex(v => v.country === c.country && v.zone === c.time_zone) / perPage) * perPage);
  const element = layer(t('emergency.venue'));
  const draw = () => {
    const shown = venues.slice(from, from + perPage);
    fill(element, h('div', { class: 'choose one-column' }, h('h2', {}, t('emergency.venue'), h('small', {}, t('range.of', { first: from + 1, last: from + shown.length, total: venues.length }))),
      h('div', { class: 'pick cols3' }, shown.map(v => key(h('span', {}, h('strong', { class: 'cut' }, v.name), h('small', { class: 'cut' }, v.under)), {
        'aria-pressed': v.country === c.country && v.zone === c.time_zone ? 'true' : 'false',
        onclick: () => { c.country = v.country; c.time_zone = v.zone; element.remove(); done(); },
      })),
      key(icon('down'), { class: 'center', onclick: () => { from = from + perPage < venues.length ? from + perPage : 0; draw(); } }, t('emergency.more')))));
  };
  draw();
}

function chooseDays(c, done) {
  let first = c.start_date;
  let count = Math.round((Date.parse(c.end_date) - Date.parse(first)) / 86400000) + 1;
  const element = layer(t('emergency.days'));
  const stepMonths = by => {
    const [year, month, day] = first.split('-').map(Number);
    const last = new Date(Date.UTC(year, month - 1 + by + 1, 0));
    first = new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), Math.min(day, last.getUTCDate()))).toISOString().slice(0, 10);
  };
  const draw = () => {
    const part = options => new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { timeZone: 'UTC', ...options }).format(new Date(`${first}T00:00:00Z`));
    const step = (label, value, move) => h('div', { class: 'step', role: 'group', 'aria-label': label },
      key(icon('up', 's36'), { onclick: () => { move(1); draw(); } }, h('span', { class: 'sr' }, t('emergency.later', { part: label }))),
      h('p', {}, h('small', {}, label), h('b', {}, value)),
      key(icon('down', 's36'), { onclick: () => { move(-1); draw(); } }, h('span', { class: 'sr' }, t('emergency.earlier', { part: label }))));
    fill(element, h('div', { class: 'days' }, h('h2', {}, days(first, moved(first, count - 1))),
      step(t('emergency.day'), part({ day: 'numeric' }), by => { first = moved(first, by); }),
      step(t('emergency.month'), part({ month: 'long' }), stepMonths),
      step(t('emergency.year'), part({ year: 'numeric' }), by => stepMonths(12 * by)),
      step(t('emergency.length'), t('age.days', { n: count }), by => { count = Math.min(30, Math.max(1, count + by)); }),
      h('div', { class: 'foot two' },
        key(t('place.leave'), { onclick: () => element.remove() }),
        key(icon('check', 's36'), { class: 'go', onclick: () => { c.start_date = first; c.end_date = moved(first, count - 1); element.remove(); done(); } }, t('emergency.keep_day')))));
  };
  draw();
}

// ---- what there is

const racesOnPage = 5;

const kind = r => t(`discipline.${disciplines.includes(r.discipline) ? r.discipline : 'other'}`);

function showRace() {
  competition ??= own()[0] ?? [...competitions.values()][0];
  const list = racesOf(competition);
  race = list.includes(race) ? race : list[0] ?? null;
  const more = list.length > racesOnPage - 1;
  const shown = list.slice(at, at + racesOnPage - (more ? 2 : 1));
  const mine = isOwn(competition);
  root.className = 'body choose with-foot';
  fill(root,
    h('h2', {}, h('span', { class: 'cut' }, competition.name)),
    h('h2', {}, race ? race.name : t('emergency.no_race'), race && kind(race) !== race.name && h('small', {}, kind(race))),
    h('div', { class: 'pick' },
      shown.map(r => key(h('span', {}, h('strong', { class: 'cut' }, r.name), h('small', { class: 'cut' }, [t('count.bibs', { n: r.bibs }), t('emergency.places', { n: r.locations })].join(' · '))), { 'aria-pressed': r === race ? 'true' : 'false', onclick: () => { race = r; showRace(); } })),
      more && key(icon('down'), { class: 'center', onclick: () => { at = at + shown.length < list.length ? at + shown.length : 0; showRace(); } }, t('place.more_races')),
      key(icon('plus'), { class: 'center', onclick: () => { newDraft(false); showDraft(); } }, t('emergency.another_race'))),
    h('div', { class: 'pick cols2' },
      race && [
        big('pin', t('emergency.places', { n: race.locations }), t('emergency.places_more'), showPlaces),
        big('tap', t('count.bibs', { n: race.bibs }), t(race.bibs === 0 ? 'emergency.bibs_none' : 'emergency.bibs_more'), showBibs),
        isOwn(race) && big('pen', t('emergency.rename_race'), race.name, renameRace)],
      mine && big('flag', t('emergency.change_competition'), days(competition.start_date, competition.end_date), changeCompetition),
      h('p', { class: 'telling', id: 'whither' }, whither())),
    h('div', { class: 'foot three' },
      key(t('emergency.back'), { onclick: () => shell.go('/place') }),
      competitions.size > 1 ? key(t('emergency.other'), { onclick: otherCompetition }) : key(icon('plus'), { onclick: () => { newDraft(true); showDraft(); } }, t('emergency.new')),
      key(icon('tap', 's32'), { class: race ? 'go' : 'shut', 'aria-disabled': race ? null : 'true', onclick: () => { if (race) reportOn(); } }, t('emergency.report'))));
}

const whither = () => t(!isOwn(competition) ? 'emergency.not_own' : shell.device?.paired ? 'emergency.syncs' : 'emergency.syncs_later');
shell.events.addEventListener('device', () => {
  const told = document.getElementById('whither');
  if (told) told.textContent = whither();
});

function reportOn() {
  memory.setCookie('mr_place', `${race.client_uuid}.`);
  shell.go('/place');
}

function otherCompetition() {
  const list = [...competitions.values()];
  let from = 0;
  const perPage = 16;
  const element = layer(t('emergency.other'));
  const draw = () => fill(element, h('div', { class: 'choose one-column' }, h('h2', {}, t('emergency.other')),
    h('div', { class: 'pick cols3' },
      key(icon('plus'), { class: 'center', onclick: () => { element.remove(); newDraft(true); showDraft(); } }, t('emergency.new')),
      list.slice(from, from + perPage).map(c => key(h('span', {}, h('strong', { class: 'cut' }, c.name), h('small', { class: 'cut' }, days(c.start_date, c.end_date))), {
        'aria-pressed': c === competition ? 'true' : 'false', onclick: () => { element.remove(); competition = c; race = null; at = 0; showRace(); } })),
      list.length > perPage && key(icon('down'), { class: 'center', onclick: () => { from = from + perPage < list.length ? from + perPage : 0; draw(); } }, t('emergency.more')))));
  draw();
}

async function renameRace() {
  const name = await ask({ head: t('emergency.race_name'), value: race.name, ghost: race.name, most: 200, ...naming() });
  if (!name || name === race.name) return;
  await work(async () => {
    const { bibs: on, locations } = race;
    race = { ...await changed(`/races/${race.client_uuid}`, race, { name }), bibs: on, locations };
    races.set(race.client_uuid, race);
  });
  showRace();
}

function changeCompetition() {
  const wanted = { ...competition };
  const element = layer(t('emergency.change_competition'));
  const draw = () => fill(element, h('div', { class: 'choose with-foot' },
    h('h2', {}, t('emergency.competition')), h('h2', {}, ''), competitionKeys(wanted, draw), h('div', { class: 'pick' }, h('p', { class: 'telling' }, t('emergency.change_more'))),
    h('div', { class: 'foot two' },
      key(t('place.leave'), { onclick: () => element.remove() }),
      key(icon('check', 's36'), { class: 'go', onclick: async () => {
        const good = await work(async () => {
          competition = await changed(`/competitions/${competition.client_uuid}`, competition, { ...wanted, name: competitionName(wanted) });
          competitions.set(competition.client_uuid, competition);
        });
        if (good) { element.remove(); showRace(); }
      } }, t('emergency.keep')))));
  draw();
}

// ---- locations

const placesOnPage = 13;

async function showPlaces() {
  let places = [];
  let from = 0;
  if (!await work(async () => { places = await all(`/races/${race.client_uuid}/locations`); })) return;

  const draw = () => {
    from = Math.min(from, Math.max(0, Math.floor((places.length - 1) / placesOnPage) * placesOnPage));
    const shown = places.slice(from, from + placesOnPage);
    const more = places.length > placesOnPage;
    root.className = 'body choose one-column with-foot';
    fill(root, h('h2', {}, t('emergency.places', { n: places.length }), h('small', {}, t('emergency.place_touch')), more && h('small', {}, t('range.of', { first: from + 1, last: from + shown.length, total: places.length }))),
      h('div', { class: 'pick cols3' },
        shown.map(p => key(h('span', {}, h('strong', { class: 'two-lines' }, said(p.name))), { onclick: () => one(p) })),
        key(icon('plus'), { class: 'center', onclick: add }, t('emergency.add_place')),
        more && key(icon('down'), { class: 'center', onclick: () => { from = from + placesOnPage < places.length ? from + placesOnPage : 0; draw(); } }, t('place.more_places'))),
      h('div', { class: 'foot two' }, key(t('emergency.back'), { onclick: back }), h('span')));
  };
  const back = () => { race.locations = places.length; showRace(); };

  async function add() {
    // Asked again until it is made: what was typed is not lost where the host is away, and is made once.
    const client_uuid = uuid();
    for (let name = ''; ;) {
      name = await ask({ head: t('emergency.add_place'), value: name, ghost: t('emergency.place_ghost'), most: 200, ...naming() });
      if (!name) return;
      const good = await work(async () => { places.push(await made(`/races/${race.client_uuid}/locations`, id => `/locations/${id}`, { client_uuid, name })); });
      if (good) break;
    }
    from = Math.floor((places.length - 1) / placesOnPage) * placesOnPage;
    draw();
  }

  function one(place) {
    let sure = false;
    const element = layer(said(place.name));
    const paint = () => fill(element, h('div', { class: 'loading-card card' }, icon('pin', 's64'), h('h1', {}, said(place.name)),
      !isOwn(place) && h('p', {}, t('error.not_origin')),
      h('div', { class: 'keys' },
        isOwn(place) && key(icon('pen', 's32'), { onclick: rename }, t('emergency.rename')),
        isOwn(place) && key(icon('withdraw', 's32'), { onclick: remove }, t(sure ? 'today.sure' : 'emergency.take_away')),
        key(t('stick.close'), { onclick: () => element.remove() }))));

    async function rename() {
      element.remove();
      const name = await ask({ head: t('emergency.rename'), value: said(place.name), ghost: said(place.name), most: 200, ...naming() });
      if (!name || name === said(place.name)) return;
      await work(async () => { places[places.indexOf(place)] = await changed(`/locations/${place.client_uuid}`, place, { name }); });
      draw();
    }

    async function remove() {
      if (!sure) { sure = true; paint(); return; }
      const good = await work(async () => { await taken(`/locations/${place.client_uuid}`); places = places.filter(p => p !== place); });
      element.remove();
      if (good) draw();
    }

    paint();
  }

  draw();
}

// ---- bibs

async function showBibs() {
  let on = new Map();
  const load = async () => { on = bibs.byNumber(await all(`/races/${race.client_uuid}/start-list`, 10000)); race.bibs = on.size; };
  if (!await work(load)) return;
  let parts = bibs.pages(on.keys());
  let page = 0;
  let removing = false;
  let sure = null;
  let first = '';
  let last = null; // null: one bib; a text once "to" was touched
  let each = 2;
  const isTeam = teams.includes(race.discipline);
  const ranges = h('div', { class: 'ranges' });
  const grid = h('div', { class: 'bibs', role: 'group', 'aria-label': t('emergency.bibs') });
  const face = key('', { class: 'preview', onclick: act });
  const foot = h('section', { class: 'foot-keys' });

  const range = () => ({ from: Number(first), to: last === null || last === '' ? Number(first) : Number(last) });
  const many = () => { const { from, to } = range(); return to - from + 1; };
  const fits = () => first !== '' && last !== '' && many() >= 1 && (removing || many() <= 500);
  const shown = () => last === null ? first : `${first}–${last}`;

  function digit(value) {
    sure = null;
    const text = last ?? first;
    if ((text === '' && value === '0') || text.length >= 4) return;
    if (last === null) first += value; else last += value;
    draw();
  }

  function back() {
    sure = null;
    if (last === null) first = first.slice(0, -1);
    else last = last === '' ? null : last.slice(0, -1);
    draw();
  }

  async function act() {
    if (!fits()) return;
    if (removing && sure !== shown()) { sure = shown(); draw(); return; }
    const { from, to } = range();
    const good = await work(async () => {
      if (removing) await taken(`/races/${race.client_uuid}/start-list/bibs?first=${from}&last=${to}`);
      else await post(`/races/${race.client_uuid}/start-list/bibs`, { first: from, last: to, athletes: isTeam ? each : null }, { timeoutMs: 30000 });
      await load();
    });
    if (!good) return; // what was typed stays, and is safe to send again
    [first, last, sure] = ['', null, null];
    redraw(from);
  }

  function redraw(near) {
    parts = bibs.pages(on.keys());
    const wanted = parts.findIndex(part => near !== undefined && near >= part.first && near <= part.last);
    page = wanted >= 0 ? wanted : Math.min(page, Math.max(0, parts.length - 1));
    draw();
  }

  function draw() {
    ranges.className = `ranges ${parts.length >= 5 ? 'full' : ''}`;
    fill(ranges, parts.length < 5 && h('span'), bibs.tabs(parts, page, to => { page = to; draw(); }));
    const keys = [h('p', { class: 'hint' }, on.size === 0 ? '' : `${t('count.bibs', { n: on.size })}. ${t('emergency.bib_touch')}`)];
    for (const row of parts[page]?.rows ?? []) for (let place = 0; place < 10; place++) keys.push(row[place] ? bibKey(row[place]) : h('span'));
    if (on.size === 0) keys.push(h('div', { class: 'none-on-course' }, h('strong', {}, t('emergency.bibs_none')), t('emergency.bibs_how')));
    fill(grid, keys);
    const ready = fits();
    face.className = `key preview wide ${ready ? 'go' : 'shut'}`;
    if (ready) face.removeAttribute('aria-disabled'); else face.setAttribute('aria-disabled', 'true');
    if (first === '') fill(face, h('span', {}, h('strong', { class: 'cut' }, t(removing ? 'emergency.type_away' : 'emergency.type_add')), h('span', { class: 'cut' }, t('emergency.type_range'))));
    else {
      const word = !ready ? t(last === '' ? 'emergency.type_last' : many() < 1 ? 'emergency.wrong_order' : 'emergency.too_many') : removing ? t(sure === null ? 'emergency.take_away' : 'today.sure') : t('emergency.add');
      fill(face, h('b', { class: shown().length > 5 ? 'small' : '' }, shown()), h('span', {}, h('strong', { class: 'cut' }, word), ready && many() > 1 && h('span', { class: 'cut' }, t('count.bibs', { n: many() }))));
    }
    fill(foot,
      key(icon('plus', 's32'), { 'aria-pressed': removing ? 'false' : 'true', onclick: () => { removing = false; sure = null; draw(); } }, t('emergency.add_bibs')),
      key(icon('withdraw', 's32'), { 'aria-pressed': removing ? 'true' : 'false', onclick: () => { removing = true; sure = null; draw(); } }, t('emergency.away_bibs')),
      key(icon('stick', 's32'), { onclick: () => showStick(() => { redraw(); mount(); }) }, t('emergency.stick')),
      key(t('emergency.back'), { onclick: showRace }),
      isTeam && key(icon('user', 's32'), { onclick: () => { each = each === 4 ? 2 : each + 1; draw(); } }, t('emergency.teams_of', { n: each })));
  }

  const bibKey = bib => {
    const entry = on.get(bib);
    const named = !entry.athletes.every(bibs.isUnnamed);
    return key(String(bib), { class: `bib ${bibs.size(bib)}`, 'data-bib': bib, onclick: () => showBib(entry, async () => { await load(); redraw(bib); }) }, named && h('i', { 'aria-hidden': 'true' }, h('u')), h('span', { class: 'sr' }, bibs.names(entry)));
  };

  const one = value => key(value, { onclick: () => digit(value) });
  const pad = h('div', { class: 'pad', role: 'group', 'aria-label': t('pad.label') }, face, ...'123456789'.split('').map(one),
    key(t('emergency.to'), { class: 'small', onclick: () => { if (first !== '' && last === null) { last = ''; draw(); } } }), one('0'), key(icon('back', 's40'), { 'aria-label': t('pad.delete'), onclick: back }));

  function mount() {
    root.className = 'body report';
    fill(root, h('section', { class: 'aim' }, ranges, grid, pad), foot);
  }

  mount();
  draw();
}

/** Who wears a bib: last name, first name and nation; the last two may stay empty. */
function showBib(entry, done) {
  let athlete = 0;
  let sure = false;
  let at = null;   // the field that is typed in
  let keys = null;
  const athletes = entry.athletes.map(a => bibs.isUnnamed(a) ? { first_name: '', last_name: '', nation: '' }
    : { first_name: a.first_name === bibs.noFirstName ? '' : a.first_name, last_name: a.last_name, nation: a.nation === data.unnamed ? '' : a.nation });
  const mine = isOwn(entry);
  const acts = h('div', { class: 'acts four' });
  const input = (name, most) => h('input', typedIn({ class: 'text', type: 'text', maxlength: most, oninput: () => heard(name), onfocus: () => go(name) }));
  const fields = { last_name: input('last_name', 200), first_name: input('first_name', 200), nation: input('nation', 3) };
  const labels = { last_name: 'emergency.last_name', first_name: 'emergency.first_name', nation: 'emergency.nation' };
  const written = h('section', { class: 'write named' }, Object.entries(fields).map(([name, field]) => h('label', { class: 'paper field' }, h('p', {}, h('b', {}, t(labels[name]))), field)), acts);
  const element = layer(t('bib', { bib: entry.bib_number }));
  element.classList.add('type');
  const close = () => { document.removeEventListener('keydown', typed); keys.close(); element.remove(); };

  /** This field is typed in from now on. Names and the nation have keyboards of their own. */
  function go(name) {
    if (name === at) return;
    at = name;
    for (const [each, field] of Object.entries(fields)) field.closest('.field').classList.toggle('on', each === name);
    const layout = name === 'nation' ? 'code' : 'text';
    if (keys?.layout === layout) { keys.aim(fields[name]); return; }
    keys?.close();
    keys = Object.assign(board(layout, fields[name]), { layout });
    element.append(keys);
  }

  /** The athlete who is chosen now, from the last name on. */
  function show() {
    for (const [name, field] of Object.entries(fields)) field.value = athletes[athlete][name];
    draw();
    go('last_name');
    keys.aim(fields.last_name);
  }

  const isEmpty = a => a.last_name.trim() === '' && a.first_name.trim() === '' && a.nation === '';
  const isWhole = a => a.last_name.trim() !== '' && (a.nation === '' || a.nation.length === 3);

  function draw() {
    const ready = mine && athletes.some(isWhole) && athletes.every(a => isEmpty(a) || isWhole(a));
    fill(acts,
      key(t('emergency.keep'), { class: ready ? 'go' : 'shut', 'aria-disabled': ready ? null : 'true', onclick: () => { if (ready) save(); } }),
      athletes.length > 1 ? key(t('athlete', { n: athlete + 1 }), { onclick: () => { athlete = (athlete + 1) % athletes.length; show(); } }) : h('strong', { class: 'which' }, t('bib', { bib: entry.bib_number })),
      key(t(sure ? 'today.sure' : 'emergency.take_away'), { class: mine ? '' : 'shut', 'aria-disabled': mine ? null : 'true', onclick: () => { if (mine) remove(); } }),
      key(t('stick.close'), { onclick: close }));
  }

  function heard(name) {
    const field = fields[name];
    if (name === 'nation') {
      const letters = field.value.toUpperCase().replace(/[^A-Z]/g, '');
      if (letters !== field.value) field.value = letters;
    }
    athletes[athlete][name] = field.value;
    draw();
  }

  function typed(event) {
    if (event.key !== 'Escape') return;
    close();
    event.preventDefault();
  }

  async function save() {
    // The one who had no name yet gets it; another name is another person, known by it or new.
    const said = athletes.map((a, place) => {
      const before = entry.athletes[place];
      const now = { last_name: a.last_name.trim(), first_name: a.first_name.trim() || bibs.noFirstName, nation: a.nation || data.unnamed };
      if (isEmpty(a) || Object.entries(now).every(([name, value]) => before[name] === value)) return { client_uuid: before.client_uuid };
      return bibs.isUnnamed(before) ? { client_uuid: before.client_uuid, ...now } : now;
    });
    const good = await work(() => call('PUT', `/races/${race.client_uuid}/start-list/${entry.bib_number}`, { athletes: said, heat: entry.heat, status: entry.status }, { headers: { 'If-Match': `"${entry.revision}"` } }));
    if (!good) return; // what was typed stays
    close();
    await work(done);
  }

  async function remove() {
    if (!sure) { sure = true; draw(); return; }
    const good = await work(() => taken(`/races/${race.client_uuid}/start-list/${entry.bib_number}`));
    close();
    if (good) await work(done);
  }

  document.addEventListener('keydown', typed);
  element.append(written);
  show();
}

// ---- a start list from a memory stick

const faultsOnPage = 4;

async function showStick(done) {
  let files = [];
  let from = 0;
  const perPage = 14;
  const back = () => done();
  const told = (mark, title, text, ...keys) => {
    root.className = 'body';
    fill(root, h('div', { class: 'loading-card card' }, icon(mark, 's64'), h('h1', {}, title), h('p', {}, text), h('div', { class: 'keys' }, keys)));
  };
  const look = async () => {
    if (busy) return;
    busy = true;
    try {
      files = (await get('/device/stick/start-lists', { timeoutMs: 15000 })).items;
    } catch (error) {
      told('stick', t('emergency.no_files'), error instanceof Away ? t('away.again') : error.code === 'no_stick' ? t('stick.none') : error.message, key(t('again'), { class: 'go', onclick: look }), key(t('emergency.back'), { onclick: back }));
      return;
    } finally {
      busy = false;
    }
    if (files.length === 0) told('stick', t('emergency.no_files'), t('emergency.no_files_more'), key(t('again'), { class: 'go', onclick: look }), key(t('emergency.back'), { onclick: back }));
    else draw();
  };
  const draw = () => {
    const shown = files.slice(from, from + perPage);
    root.className = 'body choose one-column with-foot';
    fill(root, h('h2', {}, t('emergency.which_file'), h('small', {}, t('emergency.which_file_more'))),
      h('div', { class: 'pick cols3' }, shown.map(f => key(h('span', {}, h('strong', { class: 'cut' }, f.name), h('small', { class: 'cut' }, `${size(f.size_bytes)} · ${times.moment(f.changed_at)}`)), { onclick: () => read(f) })),
        files.length > perPage && key(icon('down'), { class: 'center', onclick: () => { from = from + perPage < files.length ? from + perPage : 0; draw(); } }, t('emergency.more'))),
      h('div', { class: 'foot two' }, key(t('emergency.back'), { onclick: back }), key(icon('sync'), { onclick: look }, t('emergency.look_again'))));
  };

  /** Tried first: what it would make is shown, and nothing is changed by that. */
  const read = async (file, mode = 'merge') => {
    if (busy) return;
    busy = true;
    let csv;
    try {
      csv = await get(`/device/stick/start-list?name=${encodeURIComponent(file.name)}`, { timeoutMs: 60000 });
      const told = await post(`/races/${race.client_uuid}/start-list?preview=true&mode=${mode}`, csv, { timeoutMs: 60000 });
      showPreview(file, csv, mode, told);
    } catch (error) {
      if (error.code === 'invalid_start_list') showFaults(file, csv, error.problem.errors ?? {});
      else told('alert', file.name, error instanceof Away ? t('away.unchanged') : error.message, key(t('again'), { class: 'go', onclick: () => read(file, mode) }), key(t('emergency.other_file'), { onclick: look }));
    } finally {
      busy = false;
    }
  };

  const showPreview = (file, csv, mode, would) => {
    const nothing = would.created + would.updated + would.removed === 0;
    const line = (number, name) => h('div', {}, h('b', {}, number), h('span', {}, t(name, { n: number })));
    root.className = 'body';
    fill(root, h('div', { class: 'ready' },
      h('div', { class: 'card' }, h('div', { class: 'big plain' }, h('h1', { class: 'cut' }, file.name)), h('p', {}, t(nothing ? 'emergency.file_nothing' : 'emergency.file_would', { race: race.name })),
        h('div', { class: 'counts' }, line(would.created, 'emergency.new_bibs'), line(would.updated, 'emergency.changed_bibs'), line(would.unchanged, 'emergency.same_bibs'), line(would.removed, 'emergency.gone_bibs'))),
      h('div', { class: 'card' }, h('h2', {}, t('emergency.file_begins')), h('pre', { class: 'lines' }, firstLines(csv, 9).join('\n'))),
      h('div', { class: 'foot' },
        key(t('emergency.other_file'), { onclick: draw }),
        key(t(mode === 'merge' ? 'emergency.mode_merge' : 'emergency.mode_replace'), { 'aria-pressed': mode === 'replace' ? 'true' : 'false', onclick: () => read(file, mode === 'merge' ? 'replace' : 'merge') }),
        key(icon('check', 's32'), { class: nothing ? 'shut' : 'go', 'aria-disabled': nothing ? 'true' : null, onclick: () => { if (!nothing) take(file, csv, mode); } }, t('emergency.take_file')))));
  };

  const take = async (file, csv, mode) => {
    const good = await work(async () => {
      await post(`/races/${race.client_uuid}/start-list?mode=${mode}`, csv, { timeoutMs: 120000 });
    });
    if (good) showBibs();
  };

  const showFaults = (file, csv, errors) => {
    const lines = csv ? firstLines(csv, Infinity) : [];
    const faults = Object.entries(errors);
    let first = 0;
    const show = () => {
      const part = faults.slice(first, first + faultsOnPage);
      root.className = 'body';
      fill(root, h('div', { class: 'faults' },
        h('div', { class: 'card' }, h('h1', { class: 'problem' }, t('emergency.faults', { n: faults.length })), h('p', {}, h('b', {}, file.name), ' ', t('emergency.faults_more')),
          h('ul', {}, part.map(([where, messages]) => {
            const number = Number(/\d+/.exec(where)?.[0]);
            return h('li', {}, h('b', {}, number ? t('emergency.line', { n: number }) : where), h('span', {}, h('span', { class: 'two-lines' }, [messages].flat().map(said).join(' ')), number && lines[number - 1] !== undefined ? h('code', { class: 'cut' }, lines[number - 1].slice(0, 200)) : null));
          }))),
        h('div', { class: 'foot three' },
          key(t('emergency.other_file'), { onclick: look }),
          faults.length > faultsOnPage ? key(icon('down'), { onclick: () => { first = first + faultsOnPage < faults.length ? first + faultsOnPage : 0; show(); } }, t('range.of', { first: first + 1, last: first + part.length, total: faults.length })) : h('span'),
          key(icon('sync', 's32'), { class: 'go', onclick: () => read(file) }, t('emergency.read_again')))));
    };
    show();
  };

  await look();
}

/** As a person sees the file; the bytes that are sent stay as they are. */
const firstLines = (csv, most) => new TextDecoder().decode(csv).replace(/^\uFEFF/, '').split(/\r\n|\n|\r/).slice(0, most);

// ---- beginning

// What was begun on another day is no longer meant.
const half = draft && draft.day === today(usual([...competitions.values()]).zone) && (draft.competition || competitions.has(draft.race.competition_uuid));
if (half) {
  competition = draft.competition ? null : competitions.get(draft.race.competition_uuid);
  showDraft();
} else if (competitions.size > 0) showRace();
else {
  newDraft(true);
  showDraft();
}

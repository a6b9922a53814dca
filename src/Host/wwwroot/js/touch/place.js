// Race and location, chosen once; who reports; light or dark. The choice is a cookie, so that the server reads it too.

import { fill, h, icon, key, pageData } from './dom.js';
import { ask } from './keyboard.js';
import * as memory from './memory.js';
import * as shell from './shell.js';
import { isUsual, language, said, t } from './texts.js';
import * as times from './times.js';

const { races, race: chosenRace, location: chosenLocation } = pageData();
const root = document.getElementById('place');
const racesOnPage = 4; // below them stands the way to a race that is missing
const placesOnPage = 15;

let race = races.find(r => r.client_uuid === chosenRace?.client_uuid) ?? (races.length === 1 ? races[0] : races.find(r => r.status === 'in_progress') ?? null);
let raceAt = race ? Math.floor(races.indexOf(race) / racesOnPage) * racesOnPage : 0;
let placeAt = 0;

const disciplines = ['individual', 'team', 'sprint', 'vertical', 'mixed_relay'];
// Each in its own words: whoever looks for theirs may not read the one that is shown.
const languages = { en: 'English', fr: 'Français', de: 'Deutsch', it: 'Italiano', es: 'Español' };

function under(r) {
  const when = r.scheduled_at ? times.moment(r.scheduled_at) : null;
  return [t(`discipline.${disciplines.includes(r.discipline) ? r.discipline : 'other'}`), when, t('count.bibs', { n: r.bibs })].filter(Boolean).join(' · ');
}

const once = place => place.course_segment && !isUsual(place.name) && !place.name.toLowerCase().includes(place.course_segment.toLowerCase()) ? place.course_segment : null;

function show() {
  times.useZone((race ?? races[0])?.time_zone);
  if (races.length === 0) { showNone(); return; }
  const shownRaces = races.slice(raceAt, raceAt + racesOnPage);
  const moreRaces = races.length > racesOnPage;
  const places = race?.locations ?? [];
  const shownPlaces = places.slice(placeAt, placeAt + placesOnPage - 1);
  const people = memory.people();
  const dark = document.documentElement.dataset.theme === 'dark';
  root.className = 'body choose with-foot';
  fill(root,
    h('h2', {}, t('place.race'), moreRaces && h('small', {}, t('range.of', { first: raceAt + 1, last: raceAt + shownRaces.length, total: races.length }))),
    h('h2', {}, t(race ? 'place.where' : 'place.first'), places.length > placesOnPage - 1 && h('small', {}, t('range.of', { first: placeAt + 1, last: placeAt + shownPlaces.length, total: places.length }))),
    h('div', { class: 'pick' }, (moreRaces ? shownRaces.slice(0, racesOnPage - (shownRaces.length === racesOnPage ? 1 : 0)) : shownRaces).map(r => key(h('span', {}, h('strong', { class: 'cut' }, r.name), h('small', { class: 'cut' }, under(r))), { 'aria-pressed': r === race ? 'true' : 'false', onclick: () => { race = r; placeAt = 0; show(); } })),
      moreRaces && key(icon('down'), { class: 'center', onclick: () => { raceAt = raceAt + racesOnPage - 1 < races.length ? raceAt + racesOnPage - 1 : 0; show(); } }, t('place.more_races')),
      h('a', { class: 'key center', href: '/emergency' }, icon('plus'), t('place.make_race'))),
    h('div', { class: 'pick cols3' }, race && [
      ...shownPlaces.map(place => key(h('span', {}, h('strong', { class: once(place) ? 'cut' : 'two-lines' }, said(place.name)), once(place) && h('small', { class: 'cut' }, said(once(place)))), { 'aria-pressed': chosenRace?.client_uuid === race.client_uuid && chosenLocation?.client_uuid === place.client_uuid ? 'true' : 'false', onclick: () => choose(place) })),
      places.length > placesOnPage - 1 ? key(icon('down'), { class: 'center', onclick: () => { placeAt = placeAt + placesOnPage - 1 < places.length ? placeAt + placesOnPage - 1 : 0; show(); } }, t('place.more_places'))
        : key(h('span', {}, h('strong', {}, t('place.no_fixed')), h('small', { class: 'cut' }, t('place.never_merged'))), { onclick: () => choose(null) })]),
    h('div', { class: 'foot', id: 'people' },
      key(icon(dark ? 'sun' : 'moon'), { onclick: () => theme(dark ? 'light' : 'dark') }, t(dark ? 'place.light' : 'place.dark')),
      key(icon('language'), { onclick: chooseLanguage }, h('span', { class: 'sr' }, t('place.language')), languages[language]),
      [0, 1, 2].map(at => key(icon(people[at] ? 'pen' : 'user'), { class: people[at] ? '' : at > people.length ? 'shut' : '', onclick: () => nameOf(at) }, h('span', {}, people[at] ?? (t(['who.ask', 'place.second', 'place.third'][at])))))));
}

function showNone() {
  root.className = 'body';
  fill(root, h('div', { class: 'loading-card card' }, icon('race', 's64'), h('h1', {}, t('place.none')), h('p', {}, t('place.none_more')), h('p', {}, t('place.none_make')),
    h('div', { class: 'keys' }, h('a', { class: 'key go', href: '/download' }, icon('download', 's32'), t('place.fetch')), h('a', { class: 'key', href: '/pair' }, icon('pair', 's32'), t('place.pair')), h('a', { class: 'key', href: '/emergency' }, icon('plus', 's32'), t('place.make')), key(icon('language', 's32'), { onclick: chooseLanguage }, languages[language]))));
}

function choose(place) {
  memory.setCookie('mr_place', `${race.client_uuid}.${place?.client_uuid ?? ''}`);
  shell.go('/report');
}

function theme(name) {
  memory.setCookie('mr_theme', name);
  document.documentElement.dataset.theme = name;
  show();
}

/** The page comes again in the language that is chosen; what was tapped is kept. */
function chooseLanguage() {
  const layer = h('div', { class: 'layer', role: 'dialog', 'aria-modal': 'true', 'aria-label': t('place.language') },
    h('div', { class: 'pick languages' }, Object.entries(languages).map(([code, name]) => key(name, { class: 'center', lang: code, 'aria-pressed': code === language ? 'true' : 'false', onclick: () => {
      memory.setCookie('mr_lang', code);
      shell.go('/place');
    } }))));
  document.body.append(layer);
}

async function nameOf(at) {
  const names = memory.people();
  const index = Math.min(at, names.length);
  const name = await ask({ head: [h('b', {}, t('place.person')), ` ${t('place.person_more')}`], value: names[index] ?? '', ghost: t('place.first_name'), most: 40, save: t('place.keep'), discard: t('place.leave'), unsaved: t('place.unkept') });
  if (name === null) return;
  if (name === '') names.splice(index, 1);
  else names[index] = name;
  memory.setPeople([...new Set(names)]);
  if (name) memory.setPerson(name);
  shell.showPeople();
  show();
}

show();

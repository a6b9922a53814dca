// Race and location, chosen once; who reports; light or dark. The choice is a cookie, so that the server reads it too.

import { fill, h, icon, key, pageData } from './dom.js';
import { ask } from './keyboard.js';
import * as memory from './memory.js';
import * as shell from './shell.js';
import * as times from './times.js';

const { races, race: chosenRace, location: chosenLocation } = pageData();
const root = document.getElementById('place');
const racesOnPage = 5;
const placesOnPage = 15;

let race = races.find(r => r.client_uuid === chosenRace?.client_uuid) ?? (races.length === 1 ? races[0] : races.find(r => r.status === 'in_progress') ?? null);
let raceAt = race ? Math.floor(races.indexOf(race) / racesOnPage) * racesOnPage : 0;
let placeAt = 0;

const disciplines = { individual: 'Individual', team: 'Team', sprint: 'Sprint', vertical: 'Vertical', mixed_relay: 'Mixed relay', other: 'Race' };

function under(r) {
  const when = r.scheduled_at ? times.moment(r.scheduled_at) : null;
  return [disciplines[r.discipline] ?? r.discipline, when, `${r.bibs} bibs`].filter(Boolean).join(' · ');
}

const once = place => place.course_segment && !place.name.toLowerCase().includes(place.course_segment.toLowerCase()) ? place.course_segment : null;

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
    h('h2', {}, 'Race', moreRaces && h('small', {}, `${raceAt + 1}–${raceAt + shownRaces.length} of ${races.length}`)),
    h('h2', {}, race ? 'Where do you stand?' : 'First choose the race', places.length > placesOnPage - 1 && h('small', {}, `${placeAt + 1}–${placeAt + shownPlaces.length} of ${places.length}`)),
    h('div', { class: 'pick' }, (moreRaces ? shownRaces.slice(0, racesOnPage - (shownRaces.length === racesOnPage ? 1 : 0)) : shownRaces).map(r => key(h('span', {}, h('strong', { class: 'cut' }, r.name), h('small', { class: 'cut' }, under(r))), { 'aria-pressed': r === race ? 'true' : 'false', onclick: () => { race = r; placeAt = 0; show(); } })),
      moreRaces && key(icon('down'), { class: 'center', onclick: () => { raceAt = raceAt + racesOnPage - 1 < races.length ? raceAt + racesOnPage - 1 : 0; show(); } }, 'More races')),
    h('div', { class: 'pick cols3' }, race && [
      ...shownPlaces.map(place => key(h('span', {}, h('strong', { class: 'cut' }, place.name), once(place) && h('small', { class: 'cut' }, once(place))), { 'aria-pressed': chosenRace?.client_uuid === race.client_uuid && chosenLocation?.client_uuid === place.client_uuid ? 'true' : 'false', onclick: () => choose(place) })),
      places.length > placesOnPage - 1 ? key(icon('down'), { class: 'center', onclick: () => { placeAt = placeAt + placesOnPage - 1 < places.length ? placeAt + placesOnPage - 1 : 0; show(); } }, 'More places')
        : key(h('span', {}, h('strong', {}, 'No fixed place'), h('small', { class: 'cut' }, 'is never merged')), { onclick: () => choose(null) })]),
    h('div', { class: 'foot', id: 'people' },
      key(icon(dark ? 'sun' : 'moon'), { onclick: () => theme(dark ? 'light' : 'dark') }, dark ? 'Light screen' : 'Dark screen'),
      [0, 1, 2].map(at => key(icon(people[at] ? 'pen' : 'user'), { class: people[at] ? '' : at > people.length ? 'shut' : '', onclick: () => nameOf(at) }, h('span', {}, people[at] ?? (at === 0 ? 'Who reports?' : `${['', 'Second', 'Third'][at]} referee`))))));
}

function showNone() {
  root.className = 'body';
  fill(root, h('div', { class: 'loading-card card' }, icon('race', 's64'), h('h1', {}, 'No competition on this Pi yet'), h('p', {}, 'Fetch it while there is a network; then this Pi works a whole day without one.'),
    h('div', { class: 'keys' }, h('a', { class: 'key go', href: '/download' }, icon('download', 's32'), 'Fetch the competition'), h('a', { class: 'key', href: '/pair' }, icon('pair', 's32'), 'Pair this Pi'))));
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

async function nameOf(at) {
  const names = memory.people();
  const index = Math.min(at, names.length);
  const name = await ask({ head: [h('b', {}, 'Who reports on this screen'), ' Empty to take the name away.'], value: names[index] ?? '', ghost: 'First name', most: 40, save: 'Keep name', discard: 'Leave it', unsaved: 'not yet kept' });
  if (name === null) return;
  if (name === '') names.splice(index, 1);
  else names[index] = name;
  memory.setPeople([...new Set(names)]);
  if (name) memory.setPerson(name);
  shell.showPeople();
  show();
}

show();

// Where races are held: the federations' code of the nation, its ISO code (for its name in the screen's language) and the
// time zone. A nation of several zones stands there once for each that has races.

import { language } from './texts.js';

const nations = new Intl.DisplayNames(language, { type: 'region' });

const city = zone => zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');

// A zone's city, which the browser knows in English only, is named where the nation has several.
const make = ([country, region, zone], _, all) => ({ country, zone, name: nations.of(region), under: all.filter(other => other[0] === country).length > 1 ? `${country} · ${city(zone)}` : country });

/** Each: {country, zone, name, under}, the last to tell zones of a nation apart. Those with most races first, then by the alphabet of their codes. */
export const venues = [
  ['ITA', 'IT', 'Europe/Rome'], ['FRA', 'FR', 'Europe/Paris'], ['SUI', 'CH', 'Europe/Zurich'], ['AUT', 'AT', 'Europe/Vienna'], ['ESP', 'ES', 'Europe/Madrid'],
  ['AND', 'AD', 'Europe/Andorra'], ['GER', 'DE', 'Europe/Berlin'], ['CHN', 'CN', 'Asia/Shanghai'], ['USA', 'US', 'America/Denver'], ['NOR', 'NO', 'Europe/Oslo'],
  ['ARG', 'AR', 'America/Argentina/Buenos_Aires'], ['AUS', 'AU', 'Australia/Melbourne'], ['BEL', 'BE', 'Europe/Brussels'], ['BUL', 'BG', 'Europe/Sofia'],
  ['CAN', 'CA', 'America/Edmonton'], ['CAN', 'CA', 'America/Toronto'], ['CAN', 'CA', 'America/Vancouver'], ['CHI', 'CL', 'America/Santiago'], ['CZE', 'CZ', 'Europe/Prague'],
  ['FIN', 'FI', 'Europe/Helsinki'], ['GBR', 'GB', 'Europe/London'], ['GRE', 'GR', 'Europe/Athens'], ['IND', 'IN', 'Asia/Kolkata'], ['JPN', 'JP', 'Asia/Tokyo'],
  ['KAZ', 'KZ', 'Asia/Almaty'], ['KOR', 'KR', 'Asia/Seoul'], ['LIE', 'LI', 'Europe/Vaduz'], ['MKD', 'MK', 'Europe/Skopje'], ['NZL', 'NZ', 'Pacific/Auckland'],
  ['POL', 'PL', 'Europe/Warsaw'], ['ROU', 'RO', 'Europe/Bucharest'], ['SLO', 'SI', 'Europe/Ljubljana'], ['SRB', 'RS', 'Europe/Belgrade'], ['SVK', 'SK', 'Europe/Bratislava'],
  ['SWE', 'SE', 'Europe/Stockholm'], ['TUR', 'TR', 'Europe/Istanbul'], ['UKR', 'UA', 'Europe/Kyiv'], ['USA', 'US', 'America/Anchorage'], ['USA', 'US', 'America/Los_Angeles'],
  ['USA', 'US', 'America/New_York'],
].map(make);

/** What a competition says, with the nation's name where it is known. */
export const venueOf = (country, zone) => venues.find(v => v.country === country && v.zone === zone)
  ?? { country, zone, name: venues.find(v => v.country === country)?.name ?? country, under: `${country} · ${city(zone)}` };

/** Where this Pi most likely stands: where it made or fetched something last, else by the zone that it is set to, else in Italy. */
export function usual(competitions) {
  const last = competitions[0];
  if (last) return venueOf(last.country, last.time_zone);
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return venues.find(v => v.zone === own) ?? venues[0];
}

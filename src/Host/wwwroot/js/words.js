// What the desk's scripts say, in the page's language. English is the key, as in the pages (DeskWords); a value goes where {0} is.

const known = JSON.parse(document.getElementById('words')?.textContent || '{}');

export const say = (english, ...values) => (known[english] ?? english.split('||')[0]).replace(/\{(\d+)\}/g, (_, place) => values[place]);

// What this screen remembers by itself: cookies that the server reads too (place, theme), and the browser's own store.

/** A cookie for a year. Values are made of A-Za-z0-9_.- only. */
export function setCookie(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=strict`;
}

export function read(name, otherwise) {
  try {
    const text = localStorage.getItem(name);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/** Whether the browser took it. */
export function write(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Who may report on this screen, and who does now. */
export const people = () => read('mr.people', []);
export const person = () => { const now = read('mr.person', null); return people().includes(now) ? now : people()[0] ?? null; };
export const setPeople = names => write('mr.people', names);
export const setPerson = name => write('mr.person', name);

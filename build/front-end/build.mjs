// Makes src/Host/wwwroot/assets from the packages in package-lock.json: nothing on a page comes from another server, for
// a Pi has none. Run by the host's build (FrontEnd.targets) when an input is newer than what it made.
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, 'node_modules');
const assets = join(here, '../../src/Host/wwwroot/assets');

await rm(assets, { recursive: true, force: true });
await mkdir(assets, { recursive: true });

// The font: Latin and its extensions (Høsflot, Žemva), as a variable font.
const subsets = { latin: 'inter-latin', 'latin-ext': 'inter-latin-ext' };
const faces = [];
const css = await readFile(join(modules, '@fontsource-variable/inter/index.css'), 'utf8');
for (const [subset, name] of Object.entries(subsets)) {
  await cp(join(modules, `@fontsource-variable/inter/files/inter-${subset}-wght-normal.woff2`), join(assets, `${name}.woff2`));
  const face = css.match(new RegExp(`/\\* inter-${subset}-wght-normal \\*/\\s*@font-face \\{[^}]*unicode-range: ([^;]+);`));
  if (!face) throw new Error(`inter: no range for ${subset}`);
  faces.push(`@font-face {
  font-family: Inter;
  font-style: normal;
  font-weight: 100 900;
  font-display: block;
  src: url("inter-${subset}.woff2") format("woff2");
  unicode-range: ${face[1]};
}
`);
}
await writeFile(join(assets, 'inter.css'), faces.join('\n'));

// The icons: one sprite of those that icons.txt names. Their strokes are the style sheet's.
const lines = (await readFile(join(here, 'icons.txt'), 'utf8')).split('\n').map((line) => line.trim()).filter((line) => line && !line.startsWith('#'));
const symbols = await Promise.all(lines.map(async (line) => {
  const [id, name] = line.split(/\s+/);
  const svg = await readFile(join(modules, `lucide-static/icons/${name}.svg`), 'utf8').catch(() => { throw new Error(`icons.txt: Lucide has no "${name}"`); });
  const drawing = svg.replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '').replace(/\s*\n\s*/g, '');
  return `<symbol id="i-${id}" viewBox="0 0 24 24">${drawing}</symbol>`;
}));
await writeFile(join(assets, 'icons.svg'), `<svg xmlns="http://www.w3.org/2000/svg" class="sprite" aria-hidden="true">${symbols.join('')}</svg>\n`);

// Plots for the dashboard.
await cp(join(modules, 'uplot/dist/uPlot.esm.js'), join(assets, 'uplot.js'));
await cp(join(modules, 'uplot/dist/uPlot.min.css'), join(assets, 'uplot.css'));

// The touchscreen's keyboard; its looks are our style sheet's. The map that its last line names is not shipped.
const keyboard = await readFile(join(modules, 'simple-keyboard/build/index.modern.esm.js'), 'utf8');
await writeFile(join(assets, 'simple-keyboard.js'), keyboard.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));

// Written last: the build takes it as the sign that all is there.
const licences = [];
for (const name of ['@fontsource-variable/inter', 'lucide-static', 'simple-keyboard', 'uplot']) {
  const folder = join(modules, name);
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((f) => /^licen[cs]e/i.test(f));
  licences.push(`${name} ${version}\n\n${file ? (await readFile(join(folder, file), 'utf8')).trim() : ''}\n`);
}
await writeFile(join(assets, 'licences.txt'), licences.join('\n' + '-'.repeat(80) + '\n\n'));

// Scores of one page as Lighthouse gives them, a line of JSON for each look: node look.mjs CHROMIUM URL desk|touch TOKEN|COOKIES LOOKS
// The desk is a laptop of 1440x900 on a usual connection (Lighthouse's own figures for it); the touchscreen is 1280x720, its host
// on the same machine, and its processor a quarter of this one's.
import { launch } from 'chrome-launcher';
import lighthouse, { desktopConfig } from 'lighthouse';
import puppeteer from 'puppeteer-core';

const [, , chromePath, url, face, who, looks] = process.argv;
const categories = ['performance', 'accessibility', 'best-practices'];
const screen = (width, height) => ({ mobile: false, width, height, deviceScaleFactor: 1, disabled: false });
const touch = {
  ...desktopConfig,
  settings: {
    ...desktopConfig.settings,
    screenEmulation: screen(1280, 720),
    throttling: { ...desktopConfig.settings.throttling, rttMs: 1, requestLatencyMs: 1, throughputKbps: 100_000, downloadThroughputKbps: 100_000, uploadThroughputKbps: 100_000, cpuSlowdownMultiplier: 4 },
  },
};
const desk = { ...desktopConfig, settings: { ...desktopConfig.settings, screenEmulation: screen(1440, 900) } };

const mostAgain = 2;

for (let look = 0, again = 0; look < Number(looks); look++) {
  const chrome = await launch({ chromePath, chromeFlags: ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${chrome.port}`, defaultViewport: null });
    const page = await browser.newPage();
    if (face === 'touch') await browser.setCookie(...who.split(';').map((cookie) => ({ name: cookie.split('=')[0].trim(), value: cookie.split('=')[1], domain: new URL(url).hostname, path: '/' })));
    const flags = { onlyCategories: categories, output: 'json', logLevel: 'error', extraHeaders: face === 'touch' ? {} : { Authorization: `Bearer ${who}` } };
    const { lhr } = await lighthouse(url, flags, face === 'touch' ? touch : desk, page);
    // The browser's trace had no beginning, which says nothing of the page: it is looked at again, as Lighthouse asks.
    if (lhr.runtimeError?.code === 'NO_NAVSTART' && again++ < mostAgain) {
      look--;
      continue;
    }

    const figure = (audit) => Math.round(lhr.audits[audit]?.numericValue ?? 0);
    const faults = Object.values(lhr.categories)
      .flatMap((category) => category.auditRefs.filter((ref) => ref.weight > 0).map((ref) => lhr.audits[ref.id]))
      .filter((audit) => audit.score !== null && audit.score < 0.9)
      .map((audit) => audit.title);
    process.stdout.write(
      `${JSON.stringify({
        at: lhr.finalDisplayedUrl,
        status: lhr.runtimeError?.message ?? null,
        scores: categories.map((name) => Math.round((lhr.categories[name].score ?? 0) * 100)),
        drawn_ms: figure('largest-contentful-paint'),
        blocked_ms: figure('total-blocking-time'),
        machine: Math.round(lhr.environment.benchmarkIndex),
        faults,
      })}\n`,
    );
  } finally {
    chrome.kill();
  }
}

// SPDX-License-Identifier: Apache-2.0
// How long a report takes in Chromium: from opening the file until everything is drawn, and from a click until the next
// frame is on the screen. `node bench/page_times.mjs --viewer build/ci/viewer/stage --chromium /usr/bin/chromium
// REPORT.html...` prints the median and the worst of ten.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from '../tests/viewer/browser.mjs';

const text = { type: 'string' };
const { values: options, positionals } = parseArgs({
  options: { viewer: text, chromium: text },
  allowPositionals: true,
});
const times = 10;

/** Every control that redraws something: one of each kind of figure. */
const clicks = [
  '#figure-run_channels .segments label:nth-child(3)',
  '#figure-run_channels .segments label:nth-child(1)',
  '#figure-run_map .stepper button:last-child',
  '#figure-run_costs .segments label:nth-child(3)',
  '#figure-fronts .choice:last-child .segments label:nth-child(2)',
  '#figure-widths .choice:last-child .segments label:nth-child(2)',
  '#baselines .segments label:nth-child(1)',
  '#designs thead button',
  '#designs .rest',
  '#units thead button',
  '#units .rest',
];

async function opened(browser, file) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`file://${resolve(file)}`);
  await page.evaluate(() => window.spillway.ready);
  const ms = await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(performance.now()))));
  return { page, ms };
}

/** Milliseconds from a click, or another choice in a list, until two frames later: the first that can show it. */
const act = (page, selector) =>
  page.evaluate((selector) => {
    const element = document.querySelector(selector);
    if (!element) return null;
    const start = performance.now();
    if (element instanceof HTMLSelectElement) {
      element.selectedIndex = (element.selectedIndex + 1) % element.options.length;
      element.dispatchEvent(new Event('change'));
    } else element.click();
    document.body.getBoundingClientRect();
    return new Promise((done) =>
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start))),
    );
  }, selector);

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const said = (list) => `median ${median(list).toFixed(0)} ms, worst ${Math.max(...list).toFixed(0)} ms`;

const browser = await launch(resolve(options.viewer), options.chromium);
for (const file of positionals) {
  const drawn = [];
  const acted = new Map();
  let elements = 0;
  for (let i = 0; i < times; ++i) {
    const { page, ms } = await opened(browser, file);
    drawn.push(ms);
    elements = await page.evaluate(() => document.querySelectorAll('*').length);
    for (const selector of [...clicks, '#choose-goal', '#pair select']) {
      const now = await act(page, selector);
      if (now !== null) acted.set(selector, [...(acted.get(selector) ?? []), now]);
    }
    await page.close();
  }
  console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(2)} MB, ${elements} elements`);
  console.log(`  drawn      ${said(drawn)}`);
  for (const [selector, list] of acted) console.log(`  ${said(list)}  ${selector}`);
}
await browser.close();

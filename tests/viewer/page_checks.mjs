// SPDX-License-Identifier: Apache-2.0
// What every report must be: quiet, offline, sealed; readable at any width, in the dark, on paper, by a screen reader.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { open } from './browser.mjs';
import { check } from './check.mjs';

/** Texts of pictures that stand out of what is shown of them. */
function clipped_texts(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('.chart')].flatMap((chart) => {
      const frame = chart.getBoundingClientRect();
      return [...chart.querySelectorAll('svg text')]
        .filter((text) => {
          const box = text.getBoundingClientRect();
          const is_in = box.left >= frame.left - 1 && box.right <= frame.right + 1;
          return box.width > 0 && !(is_in && box.top >= frame.top - 2 && box.bottom <= frame.bottom + 2);
        })
        .map((text) => `${chart.parentElement.id}: ${text.textContent}`);
    }),
  );
}

/** Contrast, names, roles, order: what axe-core finds wrong. */
export async function check_access(browser, viewer, kind, file) {
  const axe = readFileSync(createRequire(join(viewer, 'package.json')).resolve('axe-core/axe.min.js'), 'utf8');
  for (const scheme of ['light', 'dark'])
    for (const width of [1280, 400])
      await check(`${kind}: axe finds nothing wrong, ${scheme}, ${width} pixels`, async () => {
        const { page, close } = await open(browser, file, { width, scheme });
        await page.evaluate(axe);
        const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
        assert.deepEqual(
          found.violations.map((v) => `${v.id}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`),
          [],
        );
        await close();
      });
}

/** A page of the greatest size that is promised: few elements, 5 MB, nothing that sticks out on a phone. */
export async function check_limits(browser, kind, file) {
  await check(`${kind}: a large page keeps to its limits`, async () => {
    const bytes = statSync(file).size;
    assert.ok(bytes <= 5_000_000, `the page has ${bytes} bytes`);
    for (const width of [1280, 400]) {
      const { page, complaints, close } = await open(browser, file, { width, scheme: 'light' });
      const elements = await page.evaluate(() => document.querySelectorAll('*').length);
      assert.ok(elements <= 6000, `${elements} elements at ${width} pixels`);
      await check_layout(page, least_charts[kind]);
      assert.deepEqual(complaints, []);
      await close();
    }
  });
}

/** A page of two runs has one picture. */
const least_charts = { comparison: 1, 'large-comparison': 1 };

/** Nothing may stand out of the page to the side, and no chart may be squeezed. */
async function check_layout(page, least_charts = 3) {
  const measured = await page.evaluate(() => ({
    page: document.documentElement.scrollWidth,
    window: innerWidth,
    charts: [...document.querySelectorAll('.chart')].map((c) => ({
      place: c.clientWidth,
      drawn: Number(c.querySelector('svg').getAttribute('width')),
      id: c.parentElement.id,
    })),
  }));
  assert.ok(
    measured.page <= measured.window,
    `the page is ${measured.page} wide in a window of ${measured.window}`,
  );
  assert.ok(measured.charts.length >= least_charts);
  for (const chart of measured.charts) {
    assert.ok(chart.drawn <= chart.place + 1, `${chart.id} is drawn ${chart.drawn} wide in ${chart.place}`);
    assert.ok(chart.drawn >= 0.9 * chart.place, `${chart.id} leaves room unused: ${chart.drawn} of ${chart.place}`);
  }
  assert.deepEqual(await clipped_texts(page), [], 'no text of a picture is cut off at its edge');
}

export async function check_looks(browser, kind, file, out) {
  const looks = [
    ['light', 1200, 'light', 'screen'],
    ['dark', 1200, 'dark', 'screen'],
    ['tablet', 700, 'light', 'screen'],
    ['narrow', 400, 'light', 'screen'],
    ['narrow-dark', 400, 'dark', 'screen'],
    ['print', 760, 'light', 'print'],
  ];
  for (const [name, width, scheme, media] of looks)
    await check(
      `${kind}: ${name}, ${width} pixels: nothing sticks out, nothing is asked for, nothing complains`,
      async () => {
        const { page, complaints, close } = await open(browser, file, { width, scheme, media });
        await page.screenshot({ path: join(out, `${kind}-${name}.png`), fullPage: true });
        await check_layout(page, least_charts[kind]);
        const dark = await page.evaluate(
          () => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)[0] < 128,
        );
        assert.equal(dark, scheme === 'dark');
        assert.deepEqual(complaints, []);
        await close();
      },
    );
  await check(`${kind}: a window that changes its width draws its charts anew`, async () => {
    const { page, complaints, close } = await open(browser, file, { width: 1200, scheme: 'light' });
    await page.setViewportSize({ width: 500, height: 900 });
    await page.waitForTimeout(1200);
    await check_layout(page, least_charts[kind]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForTimeout(1200);
    const text = await page.evaluate(
      () =>
        getComputedStyle(document.querySelector('.chart text'))
          .fill.match(/\d+/g)
          .map(Number)[0],
    );
    assert.ok(text > 120, 'the text of a chart is light in the dark');
    assert.deepEqual(complaints, []);
    await close();
  });
}

export async function check_page(page, kind) {
  await check(`${kind}: the page is sealed: no network and no foreign script, even if one asked`, async () => {
    const blocked = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const seen = new Set();
          addEventListener('securitypolicyviolation', (event) => {
            seen.add(event.effectiveDirective);
            if (seen.size === 3) resolve([...seen].sort());
          });
          fetch('http://127.0.0.1:9/').catch(() => undefined);
          const script = document.createElement('script');
          script.textContent = 'window.foreign = 1';
          document.body.append(script);
          document.body.append(Object.assign(document.createElement('img'), { src: 'http://127.0.0.1:9/a.png' }));
          setTimeout(() => resolve([...seen].sort()), 2000);
        }),
    );
    assert.deepEqual(blocked, ['connect-src', 'img-src', 'script-src-elem']);
    assert.equal(await page.evaluate(() => window.foreign ?? window.hacked), undefined);
  });
  await check(`${kind}: who does not see the charts finds names, captions and tables`, async () => {
    const found = await page.evaluate(() => ({
      h1: document.querySelectorAll('h1').length,
      lang: document.documentElement.lang,
      title: document.title,
      unnamed: [...document.querySelectorAll('.chart')].filter(
        (c) => c.getAttribute('role') !== 'img' || !c.getAttribute('aria-label'),
      ).length,
      uncaptioned: [...document.querySelectorAll('figure')].filter(
        (f) => (f.querySelector('figcaption')?.innerText.length ?? 0) < 60,
      ).length,
      tableless: [...document.querySelectorAll('figure')].filter((f) => !f.querySelector('details')).length,
      sections: [...document.querySelectorAll('section')].filter(
        (s) => !document.getElementById(s.getAttribute('aria-labelledby')),
      ).length,
      tables: [...document.querySelectorAll('table')].filter((t) => !t.caption || !t.querySelector('th[scope]'))
        .length,
    }));
    assert.match(found.title, /Spillway/);
    assert.deepEqual(
      { ...found, title: '' },
      { h1: 1, lang: 'en', title: '', unnamed: 0, uncaptioned: 0, tableless: 0, sections: 0, tables: 0 },
    );
  });
  await check(`${kind}: every chart opens its numbers as a table`, async () => {
    for (const figure of await page.locator('figure').all()) {
      await figure.locator('summary').click();
      await figure.locator('details tbody tr').first().waitFor({ timeout: 3000 });
      await figure.locator('summary').click();
    }
  });
  await check(`${kind}: a mark says what it is when one points at it`, async () => {
    const marks = {
      run: '#figure-run_costs [data-part]',
      comparison: '#figure-pairs [data-part]',
      designs: '#figure-breakdown [data-part]',
    };
    const mark = page.locator(marks[kind]).first();
    await mark.scrollIntoViewIfNeeded();
    await mark.hover({ force: true });
    await page.locator('.tooltip.shown').waitFor({ timeout: 3000 });
    assert.match(await page.locator('.tooltip').innerText(), /Grade\s+(proved|simulated|modelled)/);
  });
}

/** The specifications beside the page, run by Vega from the CSV files, draw something in each of their layers. */
export async function check_specs(viewer, directory, kind) {
  const need = createRequire(join(viewer, 'package.json'));
  const [vega, vega_lite] = [
    await import(need.resolve('vega').replace(/vega-node\.js$/, 'vega-node.js')).catch(() => need('vega')),
    need('vega-lite'),
  ];
  const folder = join(directory, 'report/specs');
  for (const name of readdirSync(folder))
    await check(`${kind}: ${name} beside the page is drawn by Vega`, async () => {
      const { spec } = vega_lite.compile(JSON.parse(readFileSync(join(folder, name), 'utf8')));
      const loader = vega.loader({ mode: 'file', baseURL: `${folder}/` });
      const view = new vega.View(vega.parse(spec), { renderer: 'none', loader, logLevel: vega.Error });
      await view.runAsync();
      const counts = {};
      const walk = (node) => {
        const layer = /([a-z_]+)_marks$/.exec(node.marktype ? (node.name ?? '') : '')?.[1]?.replace(/^child_/, '');
        if (layer) counts[layer] = (counts[layer] ?? 0) + (node.marktype === 'line' ? 1 : node.items.length);
        node.items?.forEach(walk);
      };
      walk(view.scenegraph().root);
      const marks = ['points', 'bars', 'cells'].filter((layer) => layer in counts);
      assert.ok(marks.length > 0, JSON.stringify(counts));
      for (const layer of marks) assert.ok(counts[layer] > 0, layer);
    });
}

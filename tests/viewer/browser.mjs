// SPDX-License-Identifier: Apache-2.0
// A headless Chromium without a network, and what stands on the screen of a report.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launch(viewer, executable) {
  const { chromium } = createRequire(join(viewer, 'package.json'))('playwright-core');
  return chromium.launch({ executablePath: executable, args: flags });
}

/** Opens a report and waits for its charts. `complaints` collects what no report may do. */
export async function open(browser, file, { width, scheme, media = 'screen' }) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    offline: true,
  });
  const page = await context.newPage();
  const complaints = [];
  page.on(
    'console',
    (message) => ['error', 'warning'].includes(message.type()) && complaints.push(`console: ${message.text()}`),
  );
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) complaints.push(`request: ${request.url()}`);
  });
  await page.emulateMedia({ media, colorScheme: scheme });
  await page.goto(`file://${file}`);
  await page.evaluate(() => window.spillway.ready);
  return { page, complaints, close: () => context.close() };
}

/**
 * What the layer `layer` of the chart `id` has put on the screen, read from the SVG's elements: place and size in
 * pixels of the panel, colours, and the same place in the units of the axes.
 */
export async function drawn(page, id, layer) {
  return page.evaluate(
    ([id, layer]) => {
      const view = window.spillway.views[id];
      const named = new RegExp(`(^|_)${layer}_marks$`);
      const groups = [...document.querySelectorAll(`#figure-${id} g`)].filter((g) =>
        [...g.classList].some((c) => named.test(c)),
      );
      const scale = (item, name) => {
        for (let group = item.mark.group; group; group = group.mark?.group) {
          const own = group.context?.scales?.[`child_${name}`] ?? group.context?.scales?.[name];
          if (own) return own.value;
        }
        try {
          return view.scale(name);
        } catch {
          return null;
        }
      };
      const invert = (item, name, pixel) => {
        const s = scale(item, name);
        return s?.invert ? Number(s.invert(pixel)) : null;
      };
      return groups.flatMap((group) =>
        [...group.children].map((element) => {
          const item = element.__data__;
          const moved = element.transform?.baseVal.consolidate()?.matrix ?? { e: 0, f: 0 };
          const box = element.getBBox();
          const place = {
            x: moved.e,
            y: moved.f,
            left: box.x + moved.e,
            right: box.x + box.width + moved.e,
            top: box.y + moved.f,
            bottom: box.y + box.height + moved.f,
          };
          const style = getComputedStyle(element);
          const units = {};
          for (const side of ['x', 'left', 'right']) units[side] = invert(item, 'x', place[side]);
          for (const side of ['y', 'top', 'bottom']) units[side] = invert(item, 'y', place[side]);
          const datum = Object.fromEntries(
            Object.entries(item.datum ?? {}).filter(([, v]) => typeof v !== 'object'),
          );
          return {
            datum,
            place,
            units,
            fill: style.fill,
            stroke: style.stroke,
            opacity: Number(style.opacity),
            text: element.textContent,
            d: element.getAttribute('d'),
          };
        }),
      );
    },
    [id, layer],
  );
}

/** The rectangles of a part of a figure that the page draws itself, in pixels; many stand in one path. */
export async function boxes(page, figure, part) {
  return page.evaluate(
    ([figure, part]) =>
      [...document.querySelectorAll(`#figure-${figure} path[data-part="${part}"]`)].flatMap((path) =>
        [...path.getAttribute('d').matchAll(/M([-\d.e]+) ([-\d.e]+)h([-\d.e]+)v([-\d.e]+)/g)].map((found) => ({
          x: Number(found[1]),
          y: Number(found[2]),
          width: Number(found[3]),
          height: Number(found[4]),
        })),
      ),
    [figure, part],
  );
}

/** Makes a choice as a reader does, with the keyboard's and mouse's own control. */
export async function choose(page, id, label) {
  await page.locator(`#figure-${id} .segments label`, { hasText: new RegExp(`^${label}$`) }).click();
  await page.waitForTimeout(60);
  await page.evaluate((id) => window.spillway.views[id].runAsync().then(() => undefined), id);
}

/** Presses a download button and reads the file. */
export async function downloaded(page, id, label) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator(`#figure-${id} .downloads button`, { hasText: label }).click(),
  ]);
  const stream = await download.createReadStream();
  const parts = [];
  for await (const part of stream) parts.push(part);
  return { name: download.suggestedFilename(), text: Buffer.concat(parts).toString('utf8') };
}

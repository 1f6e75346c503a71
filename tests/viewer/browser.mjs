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

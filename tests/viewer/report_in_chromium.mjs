// SPDX-License-Identifier: Apache-2.0
// Makes reports from databases with made-up numbers, opens them in Chromium, and holds what is on the screen against
// the databases. The pictures that it takes stand in --out: look at them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { launch, open } from './browser.mjs';
import { check, finish } from './check.mjs';
import { check_comparison } from './comparison_checks.mjs';
import { check_designs } from './designs_checks.mjs';
import { check_access, check_limits, check_looks, check_page, check_specs } from './page_checks.mjs';
import { check_run } from './run_checks.mjs';

const text = { type: 'string' };
const { values: options } = parseArgs({
  options: { viewer: text, chromium: text, out: text, make: text, sample: text, page: text, study: text },
});
for (const key of ['viewer', 'out', 'study', 'page']) if (options[key]) options[key] = resolve(options[key]);
mkdirSync(options.out, { recursive: true });
if (options.sample) {
  rmSync(join(options.out, 'designs'), { recursive: true, force: true });
  execFileSync(options.sample, [join(options.out, 'designs'), '1000'], { stdio: 'inherit' });
}
if (options.make) execFileSync(options.make, [options.out, options.page], { stdio: 'inherit' });

const browser = await launch(options.viewer, options.chromium);
const kinds = options.study
  ? [['designs', options.study]]
  : [
      ['run', join(options.out, 'run')],
      ['designs', join(options.out, 'designs')],
      ['comparison', join(options.out, 'run'), 'against.html'],
    ];
const checks = { comparison: check_comparison, run: check_run, designs: check_designs };
for (const [kind, directory, name = 'report.html'] of kinds) {
  const file = join(directory, name);
  const { page, complaints, close } = await open(browser, file, { width: 1200, scheme: 'light' });
  if (kind !== 'comparison') await check_specs(options.viewer, directory, kind);
  await checks[kind](page, join(directory, kind === 'designs' ? 'study.sqlite' : 'run.sqlite'));
  await check(`${kind}: all that was without a complaint`, () => {
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
  });
  await check_page(page, kind);
  await close();
  await check_looks(browser, kind, file, options.out);
  await check_access(browser, options.viewer, kind, file);
}
if (!options.study)
  for (const [kind, file] of [
    ['designs', 'designs/report.html'],
    ['large-run', 'large-run/report.html'],
    ['large-comparison', 'large-run/against.html'],
  ])
    await check_limits(browser, kind, join(options.out, file));
await check('an empty page says how to fill it', async () => {
  const { page, complaints, close } = await open(browser, options.page, { width: 800, scheme: 'light' });
  if (!(await page.locator('.notice').innerText()).includes('spillway report DIR')) throw new Error('it does not');
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  await close();
});
await browser.close();
finish();

// SPDX-License-Identifier: Apache-2.0
// What the page of a study of many designs draws, against study.sqlite (schema spillway-study-2).
import assert from 'node:assert/strict';
import { downloaded } from './browser.mjs';
import { check, sql } from './check.mjs';

/** The designs that the strip chooses, as the database has them. */
async function chosen_rows(page, database) {
  const value = (key) => page.evaluate((key) => document.getElementById(`choose-${key}`)?.value ?? null, key);
  const keys = ['goal', 'device', 'family', 'hardware', 'data'];
  const [goal, device, family, hardware, data] = await Promise.all(keys.map(value));
  const where = [
    "p.status = 'done'",
    goal && `f.goal = '${goal}'`,
    device && `p.device = '${device}'`,
    hardware && `p.hardware = '${hardware}'`,
    data && `p.data = '${data}'`,
    family && `n.name LIKE '${family}/%'`,
  ].filter(Boolean);
  return sql(
    database,
    `SELECT p.*, n.method FROM points p JOIN networks n USING(network) JOIN foldings f USING(folding)
     WHERE ${where.join(' AND ')}`,
  );
}

/** The front by its definition: no other design is at least as good in both and better in one. */
function front(rows) {
  const beats = (a, b) =>
    a.luts <= b.luts && a.accuracy >= b.accuracy && (a.luts < b.luts || a.accuracy > b.accuracy);
  return new Set(
    rows.filter((row) => !rows.some((other) => beats(other, row))).map((row) => `${row.luts} ${row.accuracy}`),
  );
}

const count = (page, figure, part) =>
  page.evaluate(
    ([figure, part]) =>
      [...document.querySelectorAll(`#figure-${figure} [data-part=${part}]`)].reduce(
        (sum, path) => sum + path.getAttribute('d').split('M').length - 1,
        0,
      ),
    [figure, part],
  );

async function check_front(page, database) {
  await page.locator('#figure-fronts .segments label', { hasText: 'every design' }).click();
  const rows = await chosen_rows(page, database);
  for (const grade of ['proved', 'simulated'])
    assert.equal(await count(page, 'fronts', grade), rows.filter((row) => row.grade === grade).length, grade);
  const csv = await downloaded(page, 'fronts', 'CSV');
  const on_front = csv.text
    .trim()
    .split('\n')
    .slice(1)
    .filter((line) => line.endsWith(',yes'))
    .map((line) => line.split(',').slice(-4, -2).reverse().map(Number).join(' '));
  const expected = new Set([
    ...front(rows.filter((r) => r.grade === 'proved')),
    ...front(rows.filter((r) => r.grade !== 'proved')),
  ]);
  assert.deepEqual(new Set(on_front), expected);
}

async function check_table(page, database) {
  const rows = await chosen_rows(page, database);
  await page.locator('#designs .rest').click();
  await page.locator('#designs thead button', { hasText: 'LUTs' }).click();
  await page.locator('#designs tbody tr').nth(rows.length - 1).waitFor();
  const heads = await page.locator('#designs thead th').allInnerTexts();
  const at = heads.findIndex((text) => text.includes('LUTs')) + 1;
  const shown = await page.locator(`#designs tbody td:nth-child(${at})`).allInnerTexts();
  assert.deepEqual(
    shown.map((text) => Number(text.replaceAll(',', ''))),
    rows.map((row) => Math.round(row.luts)).sort((a, b) => a - b),
  );
  const command = page.locator('#designs details.command').first();
  await command.locator('summary').press('Enter');
  assert.match(await command.locator('code').innerText(), /^(spillway explore .* && )?spillway simulate /);
}

async function check_baselines(page, database) {
  const rows = await chosen_rows(page, database);
  const exact = sql(database, 'SELECT MAX(accuracy) AS best FROM baselines')[0].best;
  const cheapest = (is) =>
    Math.min(
      ...rows
        .filter((row) => is(row) && row.fits !== 0 && row.accuracy >= 0.99 * exact - 1e-12)
        .map((row) => row.luts),
    );
  const shown = await page
    .locator('#baselines tbody tr')
    .evaluateAll((all) => all.map((tr) => [tr.children[0].innerText, tr.children[1].innerText]));
  const wide = cheapest((row) => row.registers === '32');
  for (const [name, is] of [
    ['32 bits everywhere', (row) => row.registers === '32'],
    ['certified', (row) => row.policy === 'certified'],
    ['claimed by the file', (row) => row.policy === 'claimed'],
  ]) {
    const cell = shown.find(([rule]) => rule === name)?.[1] ?? '';
    const luts = cheapest(is);
    assert.ok(cell.includes(Math.round(luts).toLocaleString('en')), `${name}: ${cell} has no ${luts}`);
    assert.ok(cell.includes((luts / wide).toFixed(3)), `${name}: ${cell} has no ratio ${luts / wide}`);
  }
}

async function check_pair(page) {
  const pick = page.locator('#pair select');
  const last = await pick.nth(1).evaluate((list) => list.options[list.options.length - 1].value);
  await pick.nth(1).selectOption(last);
  const label = await page
    .locator('#pair select')
    .nth(1)
    .evaluate((list) => list.selectedOptions[0].textContent);
  const table = await page.locator('#pair table').first().innerText();
  assert.ok(table.includes(label.split(', ').slice(1).join(', ')), `${table} is not of ${label}`);
}

async function check_strip(page, database) {
  const list = page.locator('.strip select').last();
  const id = await list.getAttribute('id');
  await list.focus();
  await list.selectOption({ index: 1 });
  const rows = await chosen_rows(page, database);
  assert.match(await page.locator('#front .finding').innerText(), new RegExp(`^${rows.length} designs`));
  assert.equal(
    await page.evaluate(() => document.activeElement.id),
    id,
    'the keyboard stays where it was',
  );
}

/** Each search of the choice with what it took and what its network takes with proven widths. */
async function check_searches(page, database) {
  const searches = new Map(sql(database, 'SELECT * FROM searches').map((row) => [row.point, row]));
  const rows = (await chosen_rows(page, database)).filter((row) => searches.has(row.point));
  assert.ok(rows.length > 0, 'the study has searches');
  const number = (value) => Math.round(value).toLocaleString('en');
  const expected = rows.map(({ point }) => {
    const { luts, certified_luts } = searches.get(point);
    return [number(luts), number(certified_luts), number(certified_luts - luts)].join(' ');
  });
  const shown = await page
    .locator('#searched table')
    .first()
    .locator('tbody tr')
    .evaluateAll((lines) =>
      lines.map((line) =>
        [2, 3, 4].map((i) => line.children[i].innerText.replace(/ \(.*/, '')).join(' '),
      ),
    );
  assert.deepEqual(shown.sort(), expected.sort());
  const layers = await page.locator('#searched table').nth(1).locator('tbody tr').count();
  assert.equal(layers, new Set(sql(database, 'SELECT DISTINCT layer FROM point_units').map((row) => row.layer)).size);
  assert.match(await page.locator('#searched .finding').innerText(), /^The searched widths of .* less than/);
}

export async function check_designs(page, database) {
  await check('designs: every design is drawn by its grade, and the fronts are those of the definition', () =>
    check_front(page, database),
  );
  await check('designs: the cheapest of each rule, and its ratio to 32 bits', () =>
    check_baselines(page, database),
  );
  await check('designs: the table has every design, sorts, and says the command', () =>
    check_table(page, database),
  );
  await check('designs: searched widths stand beside the proven ones', () => check_searches(page, database));
  await check('designs: two of them stand side by side', () => check_pair(page));
  await check('designs: all follows the strip', () => check_strip(page, database));
}

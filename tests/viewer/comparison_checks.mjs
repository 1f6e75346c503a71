// SPDX-License-Identifier: Apache-2.0
// What the page of two runs shows, against the databases of both: DIR/run.sqlite and DIR/../wider/run.sqlite.
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { boxes } from './browser.mjs';
import { check, close, sql } from './check.mjs';

const luts_of = `SELECT u.name, u.accumulator_bits AS bits, u.cycles_per_frame AS cycles, SUM(c.luts) AS luts
  FROM units u JOIN costs c USING(unit) WHERE c.term NOT IN ('ff', 'bram18', 'uram', 'dsp') GROUP BY u.unit ORDER BY u.unit`;

const number = (text) => Number(text.replaceAll(',', '').replace('−', '-'));
const integer = (n) => Math.round(n).toLocaleString('en').replace('-', '−');

async function shown_rows(page, part) {
  const heads = await page.locator(`#${part} thead th`).allInnerTexts();
  const rows = await page
    .locator(`#${part} tbody tr`)
    .evaluateAll((all) => all.map((tr) => [...tr.children].map((td) => td.innerText.trim())));
  return rows.map((cells) => Object.fromEntries(heads.map((head, i) => [head.trim(), cells[i]])));
}

async function check_units(page, a, b) {
  const [one, other] = [sql(a, luts_of), sql(b, luts_of)];
  const shown = await shown_rows(page, 'units');
  assert.equal(shown.length, one.length);
  shown.forEach((row, i) => {
    assert.equal(row.Unit.split(/\s/)[0], one[i].name);
    assert.deepEqual([row['P of A'], row['P of B']].map(Number), [one[i].bits, other[i].bits]);
    assert.deepEqual(
      [row['LUTs of A'], row['LUTs of B'], row['B less A']].map(number).map(Math.round),
      [one[i].luts, other[i].luts, other[i].luts - one[i].luts].map(Math.round),
    );
    assert.equal(number(row.Cycles), one[i].cycles);
  });
  const bars = (await boxes(page, 'pairs', 'more')).sort((x, y) => x.y - y.y);
  assert.equal(bars.length, one.length, 'every unit takes more in B');
  const factor = bars[0].width / (other[0].luts - one[0].luts);
  bars.forEach((bar, i) => close(bar.width, (other[i].luts - one[i].luts) * factor, 'LUTs more', 0.01));
}

async function check_totals(page, a, b) {
  const tiles = await page.locator('.tiles').innerText();
  const total = (of, key) => Number(sql(of, `SELECT value FROM totals WHERE key = '${key}'`)[0].value);
  const sum = (of) => sql(of, luts_of).reduce((all, row) => all + row.luts, 0);
  const [{ b_right }] = sql(
    b,
    'SELECT AVG(class = label) AS b_right FROM frames WHERE label IS NOT NULL', // B's frames are all in A
  );
  assert.match(tiles, new RegExp(`Top-1 of B\\s+${(100 * b_right).toFixed(2)}%`));
  assert.ok(tiles.includes('±0 points'), tiles);
  assert.ok(tiles.includes(`+${integer(sum(b) - sum(a))}`), tiles);
  const rows = Object.fromEntries((await shown_rows(page, 'totals')).map((row) => [row.Fact, row]));
  assert.deepEqual(
    [rows.Frames.A, rows['Overflow events'].A, rows.LUTs.A, rows.LUTs.B].map(number),
    [total(a, 'frames'), total(a, 'overflow_events'), Math.round(sum(a)), Math.round(sum(b))],
  );
  const over = (of) =>
    sql(of, 'SELECT unit FROM channels GROUP BY unit HAVING SUM(overflowing) > 0').length;
  for (const [name, of] of [['A', a], ['B', b]]) assert.ok(rows['Layers that overflow'][name].startsWith(`${over(of)} of 2`));
}

async function check_frames(page, a, b) {
  const classes = (of) => new Map(sql(of, 'SELECT frame, class, label FROM frames').map((row) => [row.frame, row]));
  const [one, other] = [classes(a), classes(b)];
  const common = [...one.keys()].filter((frame) => other.has(frame));
  const changed = common.filter((frame) => one.get(frame).class !== other.get(frame).class);
  const shown = await shown_rows(page, 'frames');
  assert.deepEqual(
    shown.map((row) => [row.Frame, row['Class in A'], row['Class in B']].map(Number)),
    changed.map((frame) => [frame, one.get(frame).class, other.get(frame).class]),
  );
  const said = await page.locator('.masthead').innerText();
  assert.ok(said.includes(`Of ${common.length} frames that they share, they read ${changed.length} as different`), said);
}

async function check_keyboard(page) {
  const head = page.locator('#units thead button', { hasText: 'LUTs of B' });
  await head.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  const luts = (await shown_rows(page, 'units')).map((row) => number(row['LUTs of B']));
  assert.deepEqual(luts, [...luts].sort((x, y) => y - x));
}

export async function check_comparison(page, a) {
  const b = join(dirname(dirname(a)), 'wider', 'run.sqlite');
  await check('comparison: the totals of both, and their differences', () => check_totals(page, a, b));
  await check('comparison: every unit with both widths, prices and cycles', () => check_units(page, a, b));
  await check('comparison: the frames that the two read as different classes', () => check_frames(page, a, b));
  await check('comparison: the table of units sorts by the keyboard', () => check_keyboard(page));
}

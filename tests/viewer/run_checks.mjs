// SPDX-License-Identifier: Apache-2.0
// What a run's page draws, against run.sqlite.
import assert from 'node:assert/strict';
import { boxes } from './browser.mjs';
import { check, close, sql } from './check.mjs';

const states = ['working', 'starved', 'blocked', 'draining'];
const by_place = (a, b) => a.x - b.x || a.y - b.y;
const part = (page, figure, name) => boxes(page, figure, name);

/** Layers with their sums, in the order of the units. */
const layers = (database) =>
  sql(
    database,
    `SELECT u.unit, u.name, u.accumulator_bits AS bits, MAX(c.certified_bits) AS certified,
     SUM(c.overflowing) AS overflowing, SUM(c.dot_products) AS dot_products
     FROM units u JOIN channels c USING(unit) GROUP BY u.unit ORDER BY u.unit`,
  );

/** Heights of bars are numbers times one factor. */
function check_heights(bars, numbers, what) {
  assert.equal(bars.length, numbers.length, `${what}: a bar for each`);
  const factor = bars.reduce((sum, bar) => sum + bar.height, 0) / numbers.reduce((sum, n) => sum + n, 0);
  bars.forEach((bar, i) => close(bar.height, numbers[i] * factor, `${what} ${i}`, 0.02));
  return factor;
}

async function check_widths(page, database) {
  const rows = layers(database);
  const registers = [
    ...(await part(page, 'run_map', 'registers')),
    ...(await part(page, 'run_map', 'overflowing')),
  ].sort(by_place);
  const factor = check_heights(
    registers,
    rows.map((row) => row.bits),
    'a register',
  );
  assert.equal(
    (await part(page, 'run_map', 'overflowing')).length,
    rows.filter((row) => row.overflowing > 0).length,
    'registers that overflow have a colour of their own',
  );
  const open = rows.filter((row) => row.certified > row.bits);
  const gaps = (await part(page, 'run_map', 'gaps')).sort(by_place);
  assert.equal(gaps.length, open.length);
  gaps.forEach((gap, i) =>
    close(gap.height, (open[i].certified - open[i].bits) * factor, 'what is not proven', 0.02),
  );
}

async function check_overflow(page, database) {
  const rows = layers(database).filter((row) => row.overflowing > 0);
  check_heights(
    (await part(page, 'run_map', 'overflow')).sort(by_place),
    rows.map((row) => row.overflowing / row.dot_products),
    'the share of a layer',
  );
}

async function check_states(page, database) {
  const rows = sql(database, 'SELECT * FROM activity ORDER BY unit');
  const all = (row) => states.reduce((sum, state) => sum + row[state], 0);
  const bars = [];
  for (const state of states)
    for (const [i, bar] of (await part(page, 'run_map', state)).sort(by_place).entries())
      bars.push({
        ...bar,
        share: rows.filter((row) => row[state] > 0)[i][state] / all(rows.filter((row) => row[state] > 0)[i]),
      });
  const factor = bars.reduce((sum, bar) => sum + bar.height, 0) / rows.length;
  for (const bar of bars) close(bar.height, bar.share * factor, 'a state', 0.02 + 0.02 / (bar.share * factor));
}

async function check_fifos(page, database) {
  const deepest = sql(
    database,
    'SELECT to_unit, MAX(depth) AS depth FROM streams WHERE to_unit IS NOT NULL GROUP BY to_unit ORDER BY to_unit',
  );
  const outlines = (await part(page, 'run_map', 'depths')).sort(by_place);
  assert.equal(outlines.length, deepest.length);
  const order = deepest.map((row, i) => [row.depth, outlines[i].height]).sort((a, b) => a[0] - b[0]);
  for (let i = 1; i < order.length; ++i)
    if (order[i][0] > order[i - 1][0]) assert.ok(order[i][1] > order[i - 1][1], 'a deeper FIFO is drawn higher');
}

async function check_channels(page, database) {
  const rows = sql(database, 'SELECT 1.0 * overflowing / dot_products AS share FROM channels');
  const level = (share) => Math.min(9, Math.floor(share * 10 * 0.9999)) + 1;
  for (let now = 1; now <= 10; ++now)
    assert.equal(
      (await part(page, 'run_channels', `level-${now}`)).length,
      rows.filter((row) => row.share > 0 && level(row.share) === now).length,
      `cells of level ${now}`,
    );
  assert.equal((await part(page, 'run_channels', 'none')).length, rows.filter((row) => row.share === 0).length);
  const [{ proved }] = sql(
    database,
    `SELECT COUNT(*) AS proved FROM channels c JOIN units u USING(unit) WHERE c.certified_bits <= u.accumulator_bits`,
  );
  assert.equal(
    await page.evaluate(
      () =>
        (document.querySelector('#figure-run_channels [data-part=proved]')?.getAttribute('d') ?? '').split('M')
          .length - 1,
    ),
    proved,
  );
}

/** With the profile of the fixtures: channel c of a layer needs 5 + c bits, on the scale of what is proven. */
async function check_profile(page, database) {
  await page.locator('#figure-run_channels .segments label', { hasText: 'bits that the profile needed' }).click();
  const rows = sql(database, 'SELECT channel, certified_bits AS certified FROM channels');
  const most = Math.max(...rows.map((row) => row.certified));
  for (let now = 1; now <= 10; ++now)
    assert.equal(
      (await part(page, 'run_channels', `level-${now}`)).length,
      rows.filter((row) => Math.floor(((5 + row.channel) / most) * 10 * 0.9999) + 1 === now).length,
      `cells of level ${now}`,
    );
  const fewer = rows.filter((row) => 5 + row.channel < row.certified).length;
  const said = await page.locator('#channels .finding').innerText();
  assert.match(said, new RegExp(`30 frames of made-up need 5 to 8 bits, in ${fewer} of ${rows.length} channels fewer than are proven`));
  await page.locator('#figure-run_channels .segments label', { hasText: 'dot products that overflow' }).click();
}

async function check_steps(page, database) {
  const rows = sql(
    database,
    'SELECT unit, step, COUNT(*) AS n FROM events GROUP BY unit, step ORDER BY unit, step',
  );
  const panels = await page.evaluate(() =>
    [...document.querySelectorAll('#figure-run_steps [data-part=bars]')].map((path) => path.getAttribute('d')),
  );
  const units = [...new Set(rows.map((row) => row.unit))];
  assert.equal(panels.length, units.length, 'a panel a unit that overflowed');
  const bars = await part(page, 'run_steps', 'bars');
  assert.equal(bars.length, rows.length, 'a bar a step');
}

async function check_costs(page, database) {
  await page.locator('#figure-run_costs .segments label', { hasText: 'every unit' }).click();
  // Terms of FINN's formula that say no category have the page's.
  const category = "COALESCE(category, REPLACE(term, 'mult', 'compute'))";
  const rows = sql(
    database,
    `SELECT ${category} AS name, SUM(luts) AS luts FROM costs WHERE term NOT IN ('ff', 'bram18', 'uram', 'dsp') GROUP BY 1`,
  );
  const widths = new Map();
  for (const { name } of rows)
    widths.set(
      name,
      (await part(page, 'run_costs', name)).reduce((sum, bar) => sum + bar.width, 0),
    );
  const factor = [...widths.values()].reduce((a, b) => a + b) / rows.reduce((sum, row) => sum + row.luts, 0);
  for (const row of rows) close(widths.get(row.name), row.luts * factor, `LUTs of ${row.name}`, 0.01);
  const said = await page.locator('#costs .finding').innerText();
  assert.ok(said.includes(Math.round(rows.reduce((sum, row) => sum + row.luts, 0)).toLocaleString('en')), said);
}

async function check_keyboard(page) {
  const list = page.locator('#figure-run_map select');
  await list.selectOption('0');
  await page.locator('#figure-run_map .chart').focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await list.inputValue(), '1', 'an arrow key walks along the units');
  const shown = await page.locator('#figure-run_map .detail').innerText();
  const name = await list.evaluate((select) => select.selectedOptions[0].textContent);
  assert.match(name, /^mvau_1/);
  assert.match(shown, /Register\s+11 bits, saturates, per cycle/);
  await page.keyboard.press('Home');
  assert.equal(await list.inputValue(), '0');
  await page.locator('#figure-run_map .stepper button').last().press('Enter');
  assert.equal(await list.inputValue(), '1', 'so do the buttons');
}

export async function check_run(page, database) {
  await check('run: the tiles are the totals', async () => {
    const tiles = await page.locator('.tiles').innerText();
    const totals = Object.fromEntries(sql(database, 'SELECT key, value FROM totals').map((r) => [r.key, r.value]));
    assert.match(tiles, new RegExp(`Top-1\\s+${(100 * totals.accuracy).toFixed(2)}%`));
    const [{ flips }] = sql(database, 'SELECT COUNT(*) AS flips FROM frames WHERE class <> exact_class');
    assert.match(tiles, new RegExp(`Frames flipped\\s+${flips}\\s`));
    const rows = layers(database);
    const over = rows.filter((row) => row.overflowing > 0).length;
    assert.match(tiles, new RegExp(`Layers that overflow\\s+${over}\\s+of ${rows.length}\\s`));
    const rate = (200e6 * (totals.frames - 1)) / (totals.cycles - totals.first_frame_latency);
    assert.match(tiles, new RegExp(`Frames a second\\s+${Math.round(rate).toLocaleString('en')}\\s`));
  });
  await check('run: the map has each register at its width, and what is not proven', () =>
    check_widths(page, database),
  );
  await check('run: the map has the share of dot products that overflow', () => check_overflow(page, database));
  await check('run: the map has the states of every unit', () => check_states(page, database));
  await check('run: the map has the FIFO before each unit', () => check_fifos(page, database));
  await check('run: the map is walked along with the keyboard', () => check_keyboard(page));
  await check('run: one heat map has every channel in its shade', () => check_channels(page, database));
  await check('run: the bits that a profile needed', () => check_profile(page, database));
  await check('run: logged events by step', () => check_steps(page, database));
  await check('run: LUTs by category, memories left out', () => check_costs(page, database));
  await check('run: the layers and what is proven of them', async () => {
    const shown = await page
      .locator('#layers tbody tr')
      .evaluateAll((all) => all.map((tr) => [...tr.children].slice(0, 3).map((td) => td.innerText.trim())));
    assert.deepEqual(
      shown.map((cells) => [cells[0].split(' ')[0], Number(cells[1]), Number(cells[2])]),
      layers(database).map((row) => [row.name, row.bits, row.certified]),
    );
  });
  await check('run: the frames that flipped, and in which way', async () => {
    const rows = sql(
      database,
      `SELECT frame, CASE WHEN label IS NULL THEN 'unknown' WHEN class = label THEN 'became right'
      WHEN exact_class = label THEN 'became wrong' ELSE 'stayed wrong' END AS effect
      FROM frames WHERE class <> exact_class ORDER BY frame LIMIT 6`,
    );
    const shown = await page
      .locator('#flips tbody tr')
      .evaluateAll((all) =>
        all.map((tr) => ({ frame: Number(tr.children[0].innerText), effect: tr.children[4].innerText })),
      );
    assert.deepEqual(shown, rows);
  });
  await check('run: the first events, to the last digit', async () => {
    const rows = sql(
      database,
      'SELECT CAST(exact AS TEXT) AS exact, persistent FROM events ORDER BY rowid LIMIT 10',
    );
    const shown = await page.locator('#events tbody tr').evaluateAll((all) =>
      all.map((tr) => ({
        exact: tr.children[9].innerText.replaceAll(',', '').replace('−', '-'),
        persistent: tr.children[11].innerText === 'persistent' ? 1 : 0,
      })),
    );
    assert.deepEqual(shown, rows);
  });
}

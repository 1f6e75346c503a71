// SPDX-License-Identifier: Apache-2.0
// What a study's page draws, against study.sqlite.
import assert from 'node:assert/strict';
import { choose, downloaded, drawn } from './browser.mjs';
import { check, close, pair, sql } from './check.mjs';

const scopes = { per_product: 'innermost loop', per_cycle: 'per cycle', final: 'final sum' };
const modes = { wrap: 'wraps', saturate: 'saturates' };

/** The points that the curves show: A2Q and A2Q+, proven, once in each panel. */
const curve_rows = `SELECT network, method, bits, overflow, grade, dot_products, events, overflowing,
  mean_abs_error, accuracy, s.scope AS panel
  FROM points JOIN (SELECT 'per_product' AS scope UNION SELECT 'per_cycle' UNION SELECT 'final') s
  ON s.scope = points.scope OR method <> 'qat' WHERE bits < 32`;
const curve_key = (r) => [r.network, r.bits, r.overflow, r.panel].join(' ');

async function check_curve(page, database, id, value, logarithmic) {
  const points = await drawn(page, id, 'points');
  const least_row = Math.max(...points.map((p) => p.place.y));
  for (const [point, row] of pair(points, (p) => curve_key(p.datum), sql(database, curve_rows), curve_key)) {
    close(point.units.x, row.bits, `${id}: P`);
    const expected = value(row);
    if (logarithmic && expected === 0) close(point.place.y, least_row, `${id}: the row of none`);
    else close(point.units.y, expected, `${id}: ${curve_key(row)}`);
    const filled = point.fill === point.stroke;
    assert.equal(filled, row.grade === 'proved', `${id}: ${curve_key(row)} is ${row.grade}`);
    assert.equal(
      !point.d.includes('A'),
      row.grade === 'proved',
      `${id}: a diamond for what is proved, a circle for the rest`,
    );
  }
  const panels = new Set(points.map((p) => p.datum.panel));
  const lines = 2 + sql(database, "SELECT DISTINCT method FROM points WHERE method <> 'qat'").length;
  assert.equal((await drawn(page, id, 'lines')).length, lines * panels.size, 'a line a panel for each series');
}

/** The front by its definition: no other design is at least as good in both and better in one. */
function front(points) {
  const beats = (a, b) =>
    a.luts <= b.luts && a.accuracy >= b.accuracy && (a.luts < b.luts || a.accuracy > b.accuracy);
  const best = points.filter((p) => !points.some((other) => beats(other, p)));
  return [...new Set(best.map((p) => `${p.luts} ${p.accuracy}`))].sort();
}

async function check_orders(page, database, id, column) {
  const rows = sql(database, `SELECT * FROM order_trials`);
  const of = (bits, test) => rows.filter((r) => r.bits === bits && test(r));
  const bars = await drawn(page, id, 'bars');
  for (const bits of new Set(rows.map((r) => r.bits))) {
    const random = of(bits, (r) => r.scope === 'per_product' && r.trial >= 0);
    const own = bars.filter((b) => b.datum.bits === bits);
    let sum = 0;
    for (const bar of own) {
      const pixels = (bar.place.right - bar.place.left) / (bar.units.right - bar.units.left);
      const height = bar.units.top - bar.units.bottom;
      const inside = random.filter(
        (r) => r[column] > bar.datum.from - 1e-9 && r[column] < bar.datum.to - 1e-9,
      ).length;
      close(height, inside, `${id}: orders at P = ${bits} from ${bar.datum.from}`);
      for (const [side, end] of [
        ['left', 'from'],
        ['right', 'to'],
      ])
        assert.ok(
          Math.abs(bar.units[side] - bar.datum[end]) * pixels <= 1.5,
          'a bar ends where its bin does, but for the gap between bars',
        );
      sum += inside;
    }
    assert.equal(sum, random.length, `every order at P = ${bits} is in a bar`);
  }
  for (const [layer, test] of [
    ['final', (r) => r.scope === 'final'],
    ['hardware', (r) => r.scope === 'per_product' && r.trial === -1],
  ]) {
    const marks = await drawn(page, id, layer);
    for (const [mark, row] of pair(
      marks,
      (m) => String(m.datum.bits),
      rows.filter(test),
      (r) => String(r.bits),
    ))
      close(mark.units.x, row[column], `${id}: ${layer} at P = ${row.bits}`);
  }
}

async function check_heatmap(page, database, mode, scope) {
  await choose(page, 'heatmap', modes[mode]);
  await choose(page, 'heatmap', scopes[scope]);
  const rows = sql(
    database,
    `SELECT c.*, p.bits, p.grade FROM point_channels c JOIN points p USING(point)
    WHERE method = 'qat' AND bits < 32 AND p.overflow = '${mode}' AND p.scope = '${scope}'`,
  );
  const cells = [...(await drawn(page, 'heatmap', 'cells')), ...(await drawn(page, 'heatmap', 'none'))];
  const key = (r) => `${r.bits} ${r.channel}`;
  const bits = [...new Set(rows.map((r) => r.bits))].sort((a, b) => a - b);
  const columns = [...new Set(cells.map((c) => Math.round(c.place.left)))].sort((a, b) => a - b);
  for (const [cell, row] of pair(cells, (c) => key(c.datum), rows, key)) {
    close(cell.datum.rate, row.overflowing / row.dot_products, `heat map: ${key(row)}`);
    assert.equal(
      columns.indexOf(Math.round(cell.place.left)),
      bits.indexOf(row.bits),
      'a cell stands in the column of its P',
    );
  }
  // More overflow is darker in the light theme, and never lighter.
  const light = (c) =>
    c.fill
      .match(/\d+/g)
      .map(Number)
      .reduce((sum, v) => sum + v, 0);
  const by_rate = cells.filter((c) => c.datum.rate > 0).sort((a, b) => a.datum.rate - b.datum.rate);
  by_rate.forEach((c, i) => i > 0 && assert.ok(light(c) <= light(by_rate[i - 1]) + 3, 'colours follow the share'));
  for (const [text, row] of pair(await drawn(page, 'heatmap', 'shares'), (t) => key(t.datum), rows, key)) {
    const share = (100 * row.overflowing) / row.dot_products;
    if (share === 0) assert.equal(text.text, row.grade === 'proved' ? '◆' : '·');
    else if (share >= 0.05)
      close(
        Number(text.text),
        share,
        'the number in a cell',
        share < 9.95 ? 0.05 / share + 1e-6 : 0.5 / share + 1e-6,
      );
  }
}

async function check_pareto(page, database) {
  const rows = sql(database, 'SELECT * FROM points');
  for (const [point, row] of pair(
    await drawn(page, 'pareto', 'points'),
    (p) => String(p.datum.point),
    rows,
    (r) => String(r.point),
  )) {
    close(point.units.x, row.luts, 'LUTs', 1e-4);
    close(point.units.y, row.accuracy, 'top-1', 1e-3);
    assert.equal(point.fill === point.stroke, row.grade === 'proved');
  }
  for (const grade of ['proved', 'simulated']) {
    const [line] = await drawn(page, 'pareto', `front_${grade}`);
    const corners = await page.evaluate((layer) => {
      const [group] = [...document.querySelectorAll('#figure-pareto g')].filter((g) =>
        g.classList.contains(`${layer}_marks`),
      );
      return group.firstElementChild.__data__.mark.items.map((item) => `${item.datum.luts} ${item.datum.accuracy}`);
    }, `front_${grade}`);
    assert.deepEqual(corners.sort(), front(rows.filter((r) => r.grade === grade)));
    assert.ok(line.d.length > 10, 'the front is a line');
  }
}

async function check_text(page, database) {
  const tiles = await page.locator('.tiles').innerText();
  const [{ certified_bits }] = sql(
    database,
    "SELECT MAX(certified_bits) AS certified_bits FROM points WHERE method = 'qat'",
  );
  const [wide] = sql(database, "SELECT * FROM points WHERE method = 'qat' ORDER BY bits DESC LIMIT 1");
  assert.match(tiles, new RegExp(`QAT is safe from\\s+${certified_bits}\\s*bits`));
  assert.match(tiles, new RegExp(`Top-1 at ${wide.bits} bits\\s+${(100 * wide.accuracy).toFixed(1)}%`));
  const a2q = sql(database, "SELECT * FROM points WHERE method = 'a2q' ORDER BY bits DESC");
  const failing = a2q.findIndex((p) => p.accuracy < wide.accuracy - 0.01 - 1e-9 || p.grade !== 'proved');
  const least = a2q[(failing < 0 ? a2q.length : failing) - 1];
  assert.match(tiles, new RegExp(`A2Q holds down to\\s+${least.bits}\\s*bits`));
  assert.match(tiles, new RegExp(`LUTs saved there\\s+${(100 * (1 - least.luts / wide.luts)).toFixed(1)}%`));
  for (const grade of ['proved', 'simulated', 'modelled']) assert.ok(tiles.includes(grade), `a tile says ${grade}`);
}

async function check_ledger(page, database) {
  const rows = await page.locator('.ledger tbody tr').evaluateAll((all) =>
    all.map((tr) =>
      [...tr.children].map((cell) => ({
        text: cell.innerText.replace(/\s+/g, ' ').trim(),
        grades: [...cell.querySelectorAll('[role=img]')].map((e) => e.getAttribute('aria-label')),
      })),
    ),
  );
  const bits = sql(database, 'SELECT DISTINCT bits FROM points ORDER BY bits DESC').map((r) => r.bits);
  assert.deepEqual(
    rows.map((r) => parseInt(r[0].text, 10)),
    bits,
  );
  for (const [i, P] of bits.entries()) {
    const one = (where) => sql(database, `SELECT * FROM points WHERE bits = ${P} AND ${where}`)[0];
    const wrap = one("method = 'qat' AND overflow = 'wrap' AND scope = 'per_product'");
    const a2q = one("method = 'a2q'");
    assert.ok(rows[i][3].text.startsWith(`${(100 * wrap.accuracy).toFixed(2)}%`), `${P} bits: ${rows[i][3].text}`);
    assert.deepEqual(rows[i][3].grades, [wrap.grade]);
    assert.deepEqual(rows[i][1].grades, ['modelled']);
    if (a2q) assert.ok(rows[i][5].text.startsWith(`${(100 * a2q.accuracy).toFixed(2)}%`));
    const plus = one("method = 'a2q_plus'");
    if (plus) assert.ok(rows[i][6].text.startsWith(`${(100 * plus.accuracy).toFixed(2)}%`));
  }
}

export async function check_study(page, database) {
  await check('study: four numbers lead, each with its grade', () => check_text(page, database));
  await check('study: the bill has every width and the right figures', () => check_ledger(page, database));
  await check('study: the share of dot products that overflow, at every point', () =>
    check_curve(page, database, 'overflows', (r) => r.overflowing / r.dot_products, true),
  );
  await check('study: overflows per dot product, once chosen', async () => {
    await choose(page, 'overflows', 'overflows per dot product');
    await check_curve(page, database, 'overflows', (r) => r.events / r.dot_products, true);
  });
  await check('study: the error of the logits', () =>
    check_curve(page, database, 'error', (r) => r.mean_abs_error, true),
  );
  await check('study: top-1', () => check_curve(page, database, 'accuracy', (r) => r.accuracy, false));
  await check('study: orders of addition by error', () =>
    check_orders(page, database, 'order_error', 'mean_abs_error'),
  );
  await check('study: orders of addition by top-1', () => check_orders(page, database, 'order_accuracy', 'accuracy'));
  for (const mode of Object.keys(modes))
    for (const scope of Object.keys(scopes))
      await check(`study: the heat map of ${mode}, ${scope}`, () => check_heatmap(page, database, mode, scope));
  await check('study: designs and fronts', () => check_pareto(page, database));
  await check('study: the close view of the designs keeps the best ten points', async () => {
    await choose(page, 'pareto', 'the best ten points of top-1');
    const rows = sql(database, 'SELECT point FROM points WHERE accuracy >= (SELECT MAX(accuracy) FROM points) - 0.1');
    assert.equal((await drawn(page, 'pareto', 'points')).length, rows.length);
  });
  await check('study: the table has every point, and sorts', async () => {
    const cells = (column) => page.locator(`#points tbody tr td:nth-child(${column})`).allInnerTexts();
    assert.equal((await cells(1)).length, sql(database, 'SELECT 1 AS n FROM points').length);
    await page.locator('#points thead button', { hasText: 'LUTs' }).click();
    assert.equal(await page.locator('#points th', { hasText: 'LUTs' }).getAttribute('aria-sort'), 'ascending');
    const luts = sql(database, 'SELECT luts FROM points ORDER BY luts').map((r) => Math.round(r.luts));
    const column = await page
      .locator('#points thead th')
      .allInnerTexts()
      .then((all) => 1 + all.findIndex((t) => t.includes('LUTs')));
    assert.deepEqual(
      (await cells(column)).map((t) => Math.round(Number(t.replaceAll(',', '')))),
      luts,
    );
  });
  await check('study: the downloads of a chart are its numbers, its picture and its specification', async () => {
    const csv = await downloaded(page, 'accuracy', 'CSV');
    assert.equal(
      csv.text.trim().split('\n').length,
      1 + sql(database, 'SELECT 1 AS n FROM points WHERE bits < 32').length,
    );
    assert.ok(csv.text.startsWith('bits,method,overflow,scope,accuracy,grade\n'));
    assert.match((await downloaded(page, 'accuracy', 'SVG')).text, /^<svg/);
    const spec = JSON.parse((await downloaded(page, 'accuracy', 'Spec')).text);
    assert.deepEqual(
      spec.datasets.points.map((p) => p.point),
      sql(database, 'SELECT point FROM points').map((p) => p.point),
    );
  });
}

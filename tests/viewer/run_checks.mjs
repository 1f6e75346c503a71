// SPDX-License-Identifier: Apache-2.0
// What a run's page draws, against run.sqlite.
import assert from 'node:assert/strict';
import { drawn } from './browser.mjs';
import { check, close, pair, sql } from './check.mjs';

const states = ['working', 'starved', 'blocked', 'draining'];

async function check_channels(page, database) {
  const rows = sql(
    database,
    `SELECT unit, channel, 'persistent' AS kind, persistent AS count, dot_products FROM channels UNION ALL
    SELECT unit, channel, 'transient', overflowing - persistent, dot_products FROM channels`,
  );
  const bars = await drawn(page, 'run_channels', 'bars');
  for (const [bar, row] of pair(
    bars,
    (b) => `${b.datum.unit} ${b.datum.channel} ${b.datum.kind_of}`,
    rows,
    (r) => `${r.unit} ${r.channel} ${r.kind}`,
  )) {
    close(bar.units.top - bar.units.bottom, row.count / row.dot_products, `channel ${row.channel}, ${row.kind}`);
    close((bar.units.left + bar.units.right) / 2, row.channel, 'the place of a channel', 0.02);
  }
}

async function check_steps(page, database) {
  const bars = await drawn(page, 'run_steps', 'bars');
  let sum = 0;
  for (const bar of bars) {
    const [{ n }] = sql(
      database,
      `SELECT COUNT(*) AS n FROM events WHERE unit = ${bar.datum.unit} AND step >= ${bar.datum.from} AND step <
         ${bar.datum.to}`,
    );
    close(bar.units.top - bar.units.bottom, n, `events of unit ${bar.datum.unit} from step ${bar.datum.from}`);
    sum += n;
  }
  assert.equal(sum, sql(database, 'SELECT COUNT(*) AS n FROM events')[0].n, 'every logged event is in a bar');
}

async function check_activity(page, database) {
  const rows = sql(database, `SELECT * FROM activity`).flatMap((r) =>
    states.map((state) => ({
      unit: r.unit,
      state,
      share: r[state] / states.reduce((all, s) => all + r[s], 0),
    })),
  );
  const bars = await drawn(page, 'run_activity', 'bars');
  const ends = new Map();
  for (const [bar, row] of pair(
    bars,
    (b) => `${b.datum.unit} ${b.datum.state}`,
    rows,
    (r) => `${r.unit} ${r.state}`,
  )) {
    close(bar.units.right - bar.units.left, row.share, `unit ${row.unit}, ${row.state}`, 0.01);
    ends.set(row.unit, Math.max(ends.get(row.unit) ?? 0, bar.units.right));
  }
  for (const end of ends.values()) close(end, 1, 'the states of a unit sum to 100%');
}

async function check_costs(page, database) {
  const rows = sql(
    database,
    "SELECT term, SUM(luts) AS luts FROM costs WHERE term NOT IN ('bram18', 'uram', 'dsp') GROUP BY term",
  );
  for (const [bar, row] of pair(
    await drawn(page, 'run_costs', 'bars'),
    (b) => b.datum.term,
    rows,
    (r) => r.term,
  ))
    close(bar.units.right, row.luts, `LUTs of ${row.term}`);
}

export async function check_run(page, database) {
  const totals = Object.fromEntries(sql(database, 'SELECT key, value FROM totals').map((r) => [r.key, r.value]));
  await check('run: the tiles say what the totals say', async () => {
    const tiles = await page.locator('.tiles').innerText();
    assert.ok(tiles.includes(`${(100 * totals.accuracy).toFixed(2)}%`));
    assert.match(tiles, new RegExp(`Overflows\\s+${totals.overflow_events.toLocaleString('en')}\\s`));
    assert.match(tiles, new RegExp(`Cycles\\s+${totals.cycles.toLocaleString('en')}\\s`));
    const [{ flips }] = sql(database, 'SELECT COUNT(*) AS flips FROM frames WHERE class <> exact_class');
    assert.match(tiles, new RegExp(`Frames flipped\\s+${flips}\\s`));
  });
  await check('run: overflow by channel, transient and persistent', () => check_channels(page, database));
  await check('run: logged events by step', () => check_steps(page, database));
  await check('run: the states of every unit', () => check_activity(page, database));
  await check('run: LUTs by term, memories left out', () => check_costs(page, database));
  await check('run: the frames that flipped, and in which way', async () => {
    const rows = sql(
      database,
      `SELECT frame, CASE WHEN label IS NULL THEN 'unknown' WHEN class = label THEN 'became right'
      WHEN exact_class = label THEN 'became wrong' ELSE 'stayed wrong' END AS effect
      FROM frames WHERE class <> exact_class ORDER BY frame LIMIT 20`,
    );
    const shown = await page
      .locator('#flips tbody tr')
      .evaluateAll((all) =>
        all.map((tr) => ({ frame: Number(tr.children[0].innerText), effect: tr.children[4].innerText })),
      );
    assert.deepEqual(shown, rows);
  });
  await check('run: the first events, to the last digit', async () => {
    const rows = sql(database, 'SELECT CAST(exact AS TEXT) AS exact, persistent FROM events ORDER BY rowid LIMIT 20');
    const shown = await page.locator('#events tbody tr').evaluateAll((all) =>
      all.map((tr) => ({
        exact: tr.children[9].innerText.replaceAll(',', '').replace('−', '-'),
        persistent: tr.children[11].innerText === 'persistent' ? 1 : 0,
      })),
    );
    assert.deepEqual(shown, rows);
  });
}

// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { column, parse_report, table, type report } from '../src/data';
import { share } from '../src/format';
import { price_bars } from '../src/run_price';
import { binned, channels_finding } from '../src/run_heat';
import {
  blocks_of,
  is_luts,
  is_proved,
  ladder_of,
  luts_of,
  measured_cycles_per_frame,
  run_facts,
} from '../src/run_model';
import { rate_finding } from '../src/run_rate';
import { some_run } from './fixture';

const facts = run_facts(some_run);

test('a register sums its channels, and is proven where all of them are', () => {
  const [first, last] = facts.layers.map(({ register }) => register);
  expect(first).toMatchObject({
    dot_products: 200,
    overflowing: 5,
    persistent: 2,
    certified: 12,
    proved_channels: 1,
    grade: 'simulated',
  });
  expect(last).toMatchObject({ overflowing: 0, certified: 10, proved_channels: 2, grade: 'proved' });
  expect(is_proved(facts)).toBe(false);
});

test('a block reaches from the fork to the join, and a chain has none', () => {
  expect(blocks_of(facts)).toEqual([{ first: 0, last: 3 }]);
  const chain = {
    ...some_run,
    tables: { ...some_run.tables, streams: table(some_run, 'streams').filter((row) => row['stream'] !== 2) },
  };
  expect(blocks_of(run_facts(chain))).toEqual([]);
});

test('a stream is priced with the unit that it feeds, and LUTs are of one hardware', () => {
  expect(facts.hardware).toBe('spillway');
  expect(facts.units.map(luts_of)).toEqual([0, 40, 0, 30, 7]);
});

test('bars of every kind have all LUTs', () => {
  const mine = facts.costs.filter((cost) => cost.hardware === 'spillway' && is_luts(cost));
  for (const by of ['layer', 'kind', 'unit']) {
    const all = price_bars(facts, mine, by).flatMap((bar) => [...bar.parts.values()]);
    expect(all.reduce((sum, luts) => sum + luts, 0)).toBe(77);
  }
  expect(price_bars(facts, mine, 'layer').map((bar) => bar.name)).toEqual(['mvau_1', 'mvau_4']);
});

test('the slowest units stand first on the ladder, and the sentence says what comes next', () => {
  expect(ladder_of(facts).map((rung) => [rung.cycles, rung.units.length])).toEqual([
    [100, 2],
    [20, 1],
    [10, 2],
  ]);
  expect(measured_cycles_per_frame(facts)).toBe(100);
  expect(rate_finding(facts).join('')).toBe(
    'mvau_1 and mvau_4 need 100 cycles a frame and allow 1,000,000 frames a second at 100 MHz. ' +
      'Unfolding all of them brings 5,000,000 at most: then thresholding_2 limits.',
  );
});

test('a bin shows its worst channel, and is proven only if all of it is', () => {
  const share_of = (place: number) => facts.channels.share[place]!;
  const cells = binned(facts.channels, [0, 2], 2, share_of);
  expect(cells).toHaveLength(1);
  expect(cells[0]).toEqual({ first: 0, last: 1, worst: 0, proved: false });
  expect(binned(facts.channels, [2, 4], 2, share_of)[0]!.proved).toBe(true);
  expect(binned(facts.channels, [1, 4], 2, share_of).map((cell) => [cell.first, cell.last])).toEqual([
    [1, 2],
    [3, 3],
  ]);
});

test('what is said of channels has its premise', () => {
  expect(channels_finding(facts).join('')).toMatch(/^1 of 4 channels overflows\. 3 are proven/);
});

test('nearly all is not all', () => {
  expect(share(0.99957)).toBe('99.95%');
  expect(share(0.9973)).toBe('99.7%');
  expect(share(1)).toBe('100%');
  expect(share(0.99)).toBe('99%');
});

test('a packed table has the rows that went in', () => {
  const packed = {
    ...some_run,
    tables: {
      channels: {
        rows: 5,
        columns: {
          unit: { runs: [0, 3, 1, 2] },
          channel: { steps: [0, 1, 1, 2, -2, 1, 1, 1] },
          name: { values: ['a', null, 'b', 'c', 'c'] },
        },
      },
    },
  };
  const read = parse_report(JSON.stringify(packed)) as report;
  expect(column(read, 'channels', 'channel')).toEqual([0, 1, 2, 0, 1]);
  expect(table(read, 'channels')[3]).toEqual({ unit: 1, channel: 0, name: 'c' });
  expect(table(read, 'channels')).toHaveLength(5);
});

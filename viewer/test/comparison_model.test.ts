// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { frames_said } from '../src/comparison_frames';
import { paired_gain, paired_units, read_comparison } from '../src/comparison_model';
import type { comparison, report, row } from '../src/data';
import { signed } from '../src/pairs';
import { run_facts } from '../src/run_model';
import { some_run } from './fixture';

function compared(common: row, changes: row[], b: report = some_run, dataset = 'd'): comparison {
  const named = (run: report, name: string) => ({ ...run, meta: { ...run.meta, dataset: name } });
  return {
    ...some_run,
    kind: 'comparison',
    a: named(some_run, 'd'),
    b: named(b, dataset),
    tables: { common_frames: [common], class_changes: changes, changed_frames: [] },
  };
}

const all_same = { frames: 100, labelled: 100, a_right: 90, b_right: 90, labels_differ: 0 };

test('units of one name and kind are paired, others stand alone', () => {
  const other = structuredClone(some_run);
  other.tables['units']![2]!['name'] = 'another';
  const pairs = paired_units(run_facts(some_run), run_facts(other));
  expect(pairs.map(({ a, b }) => [a?.name ?? null, b?.name ?? null])).toEqual([
    ['duplicate_streams_0', 'duplicate_streams_0'],
    ['mvau_1', 'mvau_1'],
    ['thresholding_2', null],
    ['add_streams_3', 'add_streams_3'],
    ['mvau_4', 'mvau_4'],
    [null, 'another'],
  ]);
});

test('the gain of top-1 is paired frame by frame, with its standard error', () => {
  const { frames } = read_comparison(
    compared(all_same, [
      { effect: 'only A is right', frames: 3 },
      { effect: 'only B is right', frames: 5 },
      { effect: 'both are wrong', frames: 2 },
    ]),
  );
  expect(frames!.changed).toBe(10);
  // By its definition: the standard deviation of 100 differences, of which 3 are -1 and 5 are +1.
  const mean = 2 / 100;
  const variance = (3 * (-1 - mean) ** 2 + 5 * (1 - mean) ** 2 + 92 * mean ** 2) / 100;
  expect(paired_gain(frames!)!.gain).toBeCloseTo(mean);
  expect(paired_gain(frames!)!.error).toBeCloseTo(Math.sqrt(variance / 100));
});

test('frames of other data are not compared, and frames that agree are told so', () => {
  const said = (report: comparison) => frames_said(read_comparison(report)).filter((part) => typeof part === 'string');
  const same = compared(all_same, []);
  same.tables['class_changes'] = [];
  expect(read_comparison(compared({ ...all_same, labels_differ: 1 }, [])).frames).toBeNull();
  expect(said(compared({ ...all_same, labels_differ: 1 }, [])).join('')).toMatch(/different data/);
  expect(read_comparison(compared({ ...all_same, labelled: 0 }, [], some_run, 'other')).has_other_data).toBe(true);
  expect(read_comparison(compared(all_same, [], some_run, 'the same by another path')).frames?.frames).toBe(100);
});

test('prices are compared where both are of one hardware', () => {
  expect(read_comparison(compared(all_same, [])).has_one_hardware).toBe(true);
  const finn = structuredClone(some_run);
  finn.meta['hardware'] = 'finn-formula';
  expect(read_comparison(compared(all_same, [], finn)).has_one_hardware).toBe(false);
});

test('differences have a sign', () => {
  expect([signed(12.4), signed(-1234), signed(0.2), signed(-0.4)]).toEqual(['+12', '−1,234', '0', '0']);
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  chosen_designs,
  cheapest,
  front,
  read_study,
  reference_score,
  rules,
  settled,
  values_of,
  type design,
} from '../src/designs_model';
import { proven_by_width } from '../src/designs_widths';
import { some_designs } from './fixture';

const study = read_study(some_designs);
const chosen = settled(study.designs, { family: 'made-up', goal: 'slow' });
const designs = chosen_designs(study.designs, chosen);

/** Small numbers that repeat, the same each time. */
function made_up(count: number): design[] {
  let state = 7;
  const next = (most: number) => (state = (state * 1103515245 + 12345) % 2147483648) % most;
  return Array.from({ length: count }, (_, i) => ({
    ...study.designs[0]!,
    key: String(i),
    luts: 100 + next(30),
    score: next(20) / 20,
  }));
}

test('a study is read into designs, and what could not be had stands apart', () => {
  expect(study.designs).toHaveLength(24);
  expect(study.missing).toMatchObject([{ status: 'not applicable', reason: 'no claim' }]);
  expect(study.families).toEqual(['made-up', 'other']);
  expect(study.is_finished).toBe(true);
});

test('a front holds exactly those that no other design beats or equals at no more LUTs', () => {
  for (let count = 1; count < 60; ++count) {
    const all = made_up(count);
    const beaten = (one: design) =>
      all.some(
        (other) =>
          other.luts! <= one.luts! &&
          other.score! >= one.score! &&
          (other.luts! < one.luts! || other.score! > one.score!),
      );
    const expected = new Set(all.filter((one) => !beaten(one)).map((one) => `${one.luts} ${one.score}`));
    expect(new Set(front(all).map((one) => `${one.luts} ${one.score}`))).toEqual(expected);
  }
});

test('a choice that the study does not have becomes one that it has', () => {
  expect(chosen).toMatchObject({ family: 'made-up', goal: 'slow', device: 'xc7z020' });
  expect(settled(study.designs, { family: 'nothing', goal: 'never' })).toMatchObject({ family: 'made-up' });
  expect(values_of(study.designs, chosen, 'goal')).toEqual(['fast', 'slow']);
  expect(designs).toHaveLength(8);
});

describe('the cheapest design of a rule', () => {
  const rule = (name: string) => rules.find((one) => one.name === name)!.is;
  test('keeps the score, or it is said why there is none', () => {
    expect(cheapest(designs, rule('certified'), 0.93)).toMatchObject({ design: { key: 'n1 slow certified' } });
    expect(cheapest(designs, rule('certified'), 0.935)).toMatchObject({ design: { key: 'n0 slow certified' } });
    expect(cheapest(designs, rule('one narrow width'), 0.9)).toEqual({ why: 'none reaches it' });
    expect(cheapest(designs, rule('searched'), 0.1)).toEqual({ why: 'not run' });
    const fast = chosen_designs(study.designs, settled(study.designs, { family: 'made-up', goal: 'fast' }));
    expect(cheapest(fast, rule('32 bits everywhere'), 0.1)).toEqual({ why: 'does not fit' });
  });
  test('is measured against float, QAT, or the best in exact arithmetic', () => {
    expect(reference_score(study, designs, 'float')).toBe(0.95);
    expect(reference_score(study, designs, 'qat')).toBe(0.94);
    expect(
      reference_score(
        study,
        designs.filter((one) => one.network.method === 'a2q'),
        'best',
      ),
    ).toBe(0.93);
    expect(
      reference_score(
        study,
        designs.filter((one) => one.network.method === 'a2q'),
        'qat',
      ),
    ).toBe(null);
  });
});

test('the proven line counts proven designs alone and never falls', () => {
  expect(proven_by_width(designs.filter((one) => one.network.method === 'qat'))).toEqual([[12, 0.94]]);
  const rising = proven_by_width(
    made_up(50).map((one, i) => ({ ...one, grade: 'proved' as const, bits: 4 + (i % 9) })),
  );
  for (let i = 1; i < rising.length; ++i) expect(rising[i]![1]).toBeGreaterThanOrEqual(rising[i - 1]![1]);
});

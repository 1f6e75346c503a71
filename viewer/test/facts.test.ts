// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { order_trial } from '../src/data';
import { first_overflow, order_facts, saving, study_facts } from '../src/facts';
import { make_point, some_points } from './fixture';

describe('the facts of a study', () => {
  const facts = study_facts(some_points)!;

  test('losses are measured from QAT at its widest accumulator', () => {
    expect(facts.wide.bits).toBe(32);
    expect(facts.safe_bits).toBe(16);
  });

  test('a loss of exactly one point is still within a point, a little more is not', () => {
    expect(facts.least_a2q?.bits).toBe(15);
    const worse = some_points.map((p) => (p.point === 7 ? { ...p, accuracy: 0.8899 } : p));
    expect(study_facts(worse)!.least_a2q?.bits).toBe(16);
  });

  test('an A2Q network that is good again below a bad one does not count', () => {
    const lucky = some_points.map((p) =>
      p.point === 7 ? { ...p, accuracy: 0.5 } : p.point === 8 ? { ...p, accuracy: 0.9 } : p,
    );
    expect(study_facts(lucky)!.least_a2q?.bits).toBe(16);
  });

  test('an A2Q network whose certificate does not hold is no proven design', () => {
    const broken = some_points.map((p) => (p.point === 6 ? { ...p, grade: 'simulated' as const } : p));
    expect(study_facts(broken)!.least_a2q).toBeNull();
  });

  test('wrapping breaks where it costs more than two points', () => {
    expect(facts.broken?.bits).toBe(14);
    expect(facts.broken?.saturate?.accuracy).toBe(0.8);
    expect(facts.lost?.bits).toBe(14);
    const safe = some_points.map((p) => (p.point === 5 ? { ...p, accuracy: 0.89 } : p));
    expect(study_facts(safe)!.broken?.bits).toBe(14);
    expect(study_facts(safe)!.lost).toBeNull();
  });

  test('widths go from the widest to the narrowest, with what each network does there', () => {
    expect(facts.widths.map((w) => w.bits)).toEqual([32, 16, 15, 14]);
    expect(facts.widths[0]!.a2q).toBeNull();
    expect(facts.widths[3]!.a2q?.network).toBe('a14');
    expect(facts.luts_per_bit).toBe(10);
  });

  test('an unfinished study has no facts yet', () => {
    expect(study_facts([])).toBeNull();
    expect(study_facts([make_point({ method: 'a2q' })])).toBeNull();
    expect(study_facts([make_point({})])!.luts_per_bit).toBeNull();
  });
});

test('the first overflow is at the widest P that is above the share', () => {
  expect(first_overflow(some_points, 'per_product', 0)?.bits).toBe(15);
  expect(first_overflow(some_points, 'per_product', 0.1)?.bits).toBe(14);
  expect(first_overflow(some_points, 'final', 0)).toBeNull();
});

test('a saving is a share of what was before', () => {
  expect(saving(1160, 990)).toBeCloseTo(170 / 1160);
  expect(saving(0, 5)).toBe(0);
});

test('random orders are told from the order of the hardware and from the finished sum', () => {
  const trial = (t: number, scope: 'per_product' | 'final', accuracy: number): order_trial => ({
    bits: 12,
    scope,
    trial: t,
    mean_abs_error: 1 - accuracy,
    accuracy,
    events: 0,
  });
  const [facts] = order_facts([
    trial(-1, 'per_product', 0.2),
    trial(0, 'per_product', 0.5),
    trial(1, 'per_product', 0.7),
    trial(-1, 'final', 0.9),
  ]);
  expect(facts).toMatchObject({
    bits: 12,
    orders: 2,
    accuracy: [0.5, 0.7],
    hardware: { accuracy: 0.2 },
    final: { accuracy: 0.9 },
  });
});

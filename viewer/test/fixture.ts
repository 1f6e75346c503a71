// SPDX-License-Identifier: Apache-2.0
// Made-up points for tests; no results of anything.
import type { point, report, row } from '../src/data';

export function make_point(changes: Partial<point>): point {
  return {
    point: 0,
    network: 'qat',
    method: 'qat',
    bits: 32,
    overflow: 'wrap',
    scope: 'per_product',
    frames: 100,
    dot_products: 1000,
    events: 0,
    overflowing: 0,
    persistent: 0,
    mean_abs_error: 0,
    accuracy: 0.9,
    luts: 1000,
    grade: 'proved',
    certified_bits: 16,
    ...changes,
  };
}

/** QAT at 32, 16 (safe), 15 and 14 bits, and A2Q at 16 to 14. */
export const some_points: point[] = [
  make_point({ point: 0, bits: 32, luts: 1160 }),
  make_point({ point: 1, bits: 16, luts: 1000 }),
  make_point({
    point: 2,
    bits: 15,
    luts: 990,
    grade: 'simulated',
    overflowing: 10,
    events: 40,
    accuracy: 0.895,
    mean_abs_error: 0.5,
  }),
  make_point({
    point: 3,
    bits: 15,
    luts: 990,
    grade: 'simulated',
    overflowing: 10,
    events: 20,
    accuracy: 0.898,
    mean_abs_error: 0.2,
    overflow: 'saturate',
  }),
  make_point({
    point: 4,
    bits: 14,
    luts: 980,
    grade: 'simulated',
    overflowing: 300,
    events: 900,
    accuracy: 0.7,
    mean_abs_error: 8,
  }),
  make_point({
    point: 5,
    bits: 14,
    luts: 980,
    grade: 'simulated',
    overflowing: 300,
    events: 700,
    accuracy: 0.8,
    mean_abs_error: 4,
    overflow: 'saturate',
  }),
  make_point({ point: 6, network: 'a16', method: 'a2q', bits: 16, luts: 1000, accuracy: 0.899, certified_bits: 16 }),
  make_point({ point: 7, network: 'a15', method: 'a2q', bits: 15, luts: 990, accuracy: 0.89, certified_bits: 15 }),
  make_point({ point: 8, network: 'a14', method: 'a2q', bits: 14, luts: 980, accuracy: 0.889, certified_bits: 14 }),
];

export function make_study(points: point[], more: Record<string, row[]> = {}): report {
  return {
    schema: 'spillway-report-1',
    kind: 'study',
    title: 'made up',
    meta: {},
    tables: { points: points as unknown as row[], ...more },
  };
}

// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parse_report } from '../src/data';
import { cell_text, csv, integer, percent, plain, points_between, real, share } from '../src/format';
import { sorted } from '../src/table';

test('shares keep their first digits, however small', () => {
  expect([0, 0.00002, 0.0042, 0.031, 0.48, 1].map(share)).toEqual(['0', '0.002%', '0.42%', '3.1%', '48%', '100%']);
});

test('differences carry a true minus sign, and none when they round to nothing', () => {
  expect(points_between(0.9, 0.914)).toBe('−1.4');
  expect(points_between(0.92, 0.9)).toBe('+2.0');
  expect(points_between(0.90001, 0.9)).toBe('±0');
});

test('numbers read as people write them', () => {
  expect(integer(-12345)).toBe('−12,345');
  expect(percent(0.9153)).toBe('91.53%');
  expect(real(1234.5678)).toBe('1,234.6');
  expect(real(0.000012)).toBe('1.20 × 10^−5');
  expect(plain(1005)).toBe('1005');
  expect(cell_text(null)).toBe('–');
});

test('CSV quotes what would break it, and nothing else', () => {
  expect(
    csv(
      ['a', 'b'],
      [
        [1, 'x,y'],
        [null, 'say "no"'],
      ],
    ),
  ).toBe('a,b\n1,"x,y"\n,"say ""no"""\n');
});

test('rows sort by number and by text, and empty cells stay last', () => {
  const rows = [
    { a: 10, n: 'p10' },
    { a: null, n: 'p9' },
    { a: 9, n: 'p2' },
  ];
  expect(sorted(rows, 'a', 1).map((r) => r.a)).toEqual([9, 10, null]);
  expect(sorted(rows, 'a', -1).map((r) => r.a)).toEqual([10, 9, null]);
  expect(sorted(rows, 'n', 1).map((r) => r.n)).toEqual(['p2', 'p9', 'p10']);
});

test('an empty page is empty, and damaged data is an error in one line', () => {
  expect(parse_report(' \n')).toBeNull();
  expect(() => parse_report('{"schema": "spillway-rep')).toThrow(/damaged/);
  expect(() => parse_report('{"schema": "other"}')).toThrow(/'other'/);
});

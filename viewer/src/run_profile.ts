// SPDX-License-Identifier: Apache-2.0
// What a profile says of registers: the bits that its data needs, that any data needs and that the file claims, and how
// many dot products overflow registers of every width.
import { type report, type row, table } from './data';
import { integer, share } from './format';
import { grade_mark } from './grade';
import type { part, text } from './page';
import { number_column, plain_table, rounded, sortable_table } from './table';
import { counted } from './words';

const scopes = ['final', 'per_cycle', 'per_product'] as const;

/** Of all units together: for each width the share of dot products that overflow, by scope. */
export function rates_of_all(report: report): row[] {
  const sums = new Map<number, { dot_products: number; final: number; per_cycle: number; per_product: number }>();
  for (const row of table(report, 'profile_rates')) {
    const bits = Number(row['bits']);
    const sum = sums.get(bits) ?? { dot_products: 0, final: 0, per_cycle: 0, per_product: 0 };
    sums.set(bits, sum);
    sum.dot_products += Number(row['dot_products']);
    for (const scope of scopes) sum[scope] += Number(row[scope]);
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([bits, sum]) => ({
      bits,
      ...Object.fromEntries(scopes.map((scope) => [scope, sum.dot_products > 0 ? sum[scope] / sum.dot_products : 0])),
    }));
}

function finding(report: report, needs: row[]): text {
  const fewer = needs.filter((row) => Number(row['per_product']) < Number(row['certified'])).length;
  const beyond = needs.filter((row) => row['claimed'] !== null && Number(row['per_product']) > Number(row['claimed']));
  return [
    `On ${integer(Number(report.meta['profile_frames'] ?? 0))} frames of ${report.meta['profile_dataset'] ?? 'the profile'} `,
    `${counted(fewer, 'layer')} of ${integer(needs.length)} ${fewer === 1 ? 'needs' : 'need'} fewer bits `,
    grade_mark('simulated'),
    ' than any data might ',
    grade_mark('proved'),
    '.',
    beyond.length > 0 && ` ${counted(beyond.length, 'layer')} ${beyond.length === 1 ? 'needs' : 'need'} more than the file claims.`,
  ];
}

function needs_table(needs: row[]): HTMLElement {
  return sortable_table(
    'Bits that registers need',
    [
      { key: 'unit', title: 'Unit' },
      { key: 'layer', title: 'Layer' },
      number_column('final', 'This data: finished sums', rounded),
      number_column('per_cycle', 'after each cycle', rounded),
      number_column('per_product', 'after each product', rounded),
      number_column('certified', 'Any data', rounded),
      number_column('claimed', 'The file claims', rounded),
      number_column('register', 'Register', rounded),
    ],
    needs,
    30,
  );
}

function rates_table(rates: row[]): HTMLElement {
  const rate = (v: unknown) => share(Number(v));
  return plain_table(
    'Dot products that overflow registers of P bits',
    [
      number_column('bits', 'P', rounded),
      number_column('final', 'Finished sums (persistent)', rate),
      number_column('per_cycle', 'After some cycle', rate),
      number_column('per_product', 'After some product', rate),
    ],
    rates,
  );
}

/** The section of the page; nothing without a profile. */
export function profile_part(report: report): part | false {
  const needs = table(report, 'profile_needs');
  if (needs.length === 0) return false;
  return {
    id: 'profile',
    heading: 'What does this data need of registers?',
    title: 'Profile',
    said: `${integer(Number(report.meta['profile_frames'] ?? 0))} frames`,
    finding: finding(report, needs),
    content: [needs_table(needs), rates_table(rates_of_all(report))],
  };
}

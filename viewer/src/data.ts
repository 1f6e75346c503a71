// SPDX-License-Identifier: Apache-2.0
// The report's data, as the command puts it into the page (report/report_data.h).

export type value = number | string | null;
export type row = Record<string, value>;
export type tables = Record<string, row[]>;

export interface report {
  schema: 'spillway-report-1';
  kind: 'study' | 'run';
  title: string;
  meta: Record<string, string>;
  tables: tables;
}

export type grade = 'proved' | 'simulated' | 'modelled';
export type overflow = 'wrap' | 'saturate';
export type scope = 'per_product' | 'per_cycle' | 'final';

export const overflows: overflow[] = ['wrap', 'saturate'];
export const scopes: scope[] = ['per_product', 'per_cycle', 'final'];

/** One accumulator format tried on one network, over all images. */
export interface point {
  point: number;
  network: string;
  method: 'qat' | 'a2q' | 'a2q_plus';
  bits: number;
  overflow: overflow;
  scope: scope;
  frames: number;
  dot_products: number;
  events: number;
  overflowing: number;
  persistent: number;
  mean_abs_error: number;
  accuracy: number;
  luts: number;
  grade: 'proved' | 'simulated';
  certified_bits: number;
}

export interface order_trial {
  bits: number;
  scope: 'per_product' | 'final';
  trial: number;
  mean_abs_error: number;
  accuracy: number;
  events: number;
}

/** Null if the text is empty: the page has not been filled in. Throws, in one line, if it is anything else. */
export function parse_report(text: string): report | null {
  if (text.trim() === '') return null;
  let report: report;
  try {
    report = JSON.parse(text) as report;
  } catch (failure) {
    throw new Error(`The data of this report is damaged (${(failure as Error).message}).`);
  }
  if (report?.schema !== 'spillway-report-1' || !['study', 'run'].includes(report.kind) || !report.tables)
    throw new Error(
      `The data of this report has the schema '${report?.schema}'; this page shows 'spillway-report-1'.`,
    );
  return report;
}

export function table(report: report, name: string): row[] {
  return report.tables[name] ?? [];
}

export function points(report: report): point[] {
  return table(report, 'points') as unknown as point[];
}

export function order_trials(report: report): order_trial[] {
  return table(report, 'order_trials') as unknown as order_trial[];
}

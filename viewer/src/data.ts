// SPDX-License-Identifier: Apache-2.0
// The report's data, as the command puts it into the page (report/report_data.h).

export type value = number | string | null;
export type row = Record<string, value>;
export type tables = Record<string, row[]>;

export interface report {
  schema: 'spillway-report-1';
  kind: 'study' | 'run' | 'comparison';
  title: string;
  meta: Record<string, string>;
  tables: tables;
}

/** Two runs side by side, each as if it had a page of its own. */
export interface comparison extends report {
  a: report;
  b: report;
}

export type grade = 'proved' | 'simulated' | 'modelled';
export type overflow = 'wrap' | 'saturate';
export type scope = 'per_product' | 'per_cycle' | 'final';

/** A column of a long table: as it stands, as [value, times, ...], or as what is added from row to row, likewise. */
type packed_column = { values: value[] } | { runs: value[] } | { steps: number[] };

/** A table that is too long for one object a row (report/report_data.h). */
interface packed_table {
  rows: number;
  columns: Record<string, packed_column>;
}

function expand(runs: value[]): value[] {
  const values: value[] = [];
  for (let at = 0; at < runs.length; at += 2)
    for (let times = Number(runs[at + 1]); times > 0; --times) values.push(runs[at] as value);
  return values;
}

export function unpacked_column(column: packed_column): value[] {
  if ('values' in column) return column.values;
  if ('runs' in column) return expand(column.runs);
  let sum = 0;
  return expand(column.steps).map((step) => (sum += Number(step)));
}

export function unpacked_rows(packed: packed_table): row[] {
  const columns = Object.entries(packed.columns).map(([name, column]) => [name, unpacked_column(column)] as const);
  return Array.from({ length: packed.rows }, (_, i) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[i] ?? null])),
  );
}

/** Rows of a long table are made when somebody asks for them; its columns stay at hand for `column`. */
const packed_tables = new WeakMap<report, Map<string, packed_table>>();

function unpack_on_demand(report: report): void {
  const packed = new Map<string, packed_table>();
  for (const [name, content] of Object.entries(report.tables as unknown as Record<string, row[] | packed_table>)) {
    if (Array.isArray(content)) continue;
    packed.set(name, content);
    let rows: row[] | null = null;
    Object.defineProperty(report.tables, name, { enumerable: true, get: () => (rows ??= unpacked_rows(content)) });
  }
  packed_tables.set(report, packed);
}

/** The values of one column of a table, in the order of its rows. */
export function column(report: report, name: string, key: string): value[] {
  const packed = packed_tables.get(report)?.get(name);
  if (packed) return packed.columns[key] ? unpacked_column(packed.columns[key]) : [];
  return table(report, name).map((row) => row[key] ?? null);
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
  if (report?.schema !== 'spillway-report-1' || !['study', 'run', 'comparison'].includes(report.kind) || !report.tables)
    throw new Error(
      `The data of this report has the schema '${report?.schema}'; this page shows 'spillway-report-1'.`,
    );
  const { a, b } = report as comparison;
  for (const one of report.kind === 'comparison' ? [report, a, b] : [report]) unpack_on_demand(one);
  return report;
}

export function table(report: report, name: string): row[] {
  return report.tables[name] ?? [];
}

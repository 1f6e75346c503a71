// SPDX-License-Identifier: Apache-2.0
// Two runs, unit by unit: widths, what is proven, overflow, LUTs and cycles.
import type { compared, paired_unit } from './comparison_model';
import type { comparison, row, value } from './data';
import { h } from './dom';
import { integer, share } from './format';
import { grade_mark } from './grade';
import type { part, text } from './page';
import { pairs_figure, signed, type unit_pair } from './pairs';
import { luts_of, type register_facts, type unit_facts } from './run_model';
import { number_column, rounded, sortable_table, type column } from './table';
import { counted, listed } from './words';

const difference = (a: number | null, b: number | null) => (a === null || b === null ? null : b - a);

/** A unit that a run does not have takes nothing there. */
function luts_or_null(unit: unit_facts | null): number | null {
  if (unit === null) return 0;
  return unit.luts.size > 0 ? luts_of(unit) : null;
}

const fold_of = (unit: unit_facts | null) =>
  unit && unit.pe !== null ? `${unit.pe}${unit.simd === null ? '' : ` × ${unit.simd}`}` : null;

function row_of({ name, a, b }: paired_unit, has_one_hardware: boolean): row {
  const [luts_a, luts_b] = [luts_or_null(a), luts_or_null(b)];
  const cycles = [a?.cycles_per_frame ?? null, b?.cycles_per_frame ?? null] as const;
  return {
    name,
    layer: a?.layer ?? b?.layer ?? null,
    a_bits: a?.register?.bits ?? null,
    b_bits: b?.register?.bits ?? null,
    a_certified: a?.register?.certified ?? null,
    b_certified: b?.register?.certified ?? null,
    a_overflow: a?.register?.share ?? null,
    b_overflow: b?.register?.share ?? null,
    a_grade: a?.register?.grade ?? null,
    b_grade: b?.register?.grade ?? null,
    a_fold: fold_of(a),
    b_fold: fold_of(b),
    a_luts: a && luts_a,
    b_luts: b && luts_b,
    luts: has_one_hardware ? difference(luts_a, luts_b) : null,
    a_cycles: cycles[0],
    b_cycles: cycles[1],
    cycles: difference(...cycles),
  };
}

function overflow_text(part: value | undefined, grade: value | undefined): string | Node {
  if (typeof part !== 'number') return '–';
  const is_over = part > 0;
  return h(
    'span',
    { class: `with-grade${is_over ? ' hot' : ''}` },
    grade_mark(is_over || grade !== 'proved' ? 'simulated' : 'proved'),
    is_over ? share(part) : 'none',
  );
}

function units_table(rows: row[]): HTMLElement {
  const change = (v: value | undefined) => (typeof v === 'number' ? signed(v) : '–');
  const is_same = (key: string) => rows.every((row) => row[`a_${key}`] === row[`b_${key}`]);
  const columns: (column | false)[] = [
    {
      key: 'name',
      title: 'Unit',
      text: (v, row) =>
        h('span', {}, String(v), row['layer'] ? h('span', { class: 'delta' }, ` ${row['layer']}`) : ''),
    },
    number_column('a_bits', 'P of A'),
    number_column('b_bits', 'P of B'),
    number_column('a_certified', is_same('certified') ? 'Proven from' : 'Proven, A'),
    !is_same('certified') && number_column('b_certified', 'Proven, B'),
    number_column('a_overflow', 'Overflow, A', (v, row) => overflow_text(v, row['a_grade'])),
    number_column('b_overflow', 'Overflow, B', (v, row) => overflow_text(v, row['b_grade'])),
    number_column('a_luts', 'LUTs of A', rounded),
    number_column('b_luts', 'LUTs of B', rounded),
    number_column('luts', 'B less A', change),
    number_column('a_cycles', is_same('cycles') ? 'Cycles' : 'Cycles of A'),
    !is_same('cycles') && number_column('b_cycles', 'Cycles of B'),
    !is_same('cycles') && number_column('cycles', 'B less A', change),
    number_column('a_fold', is_same('fold') ? 'PE × SIMD' : 'PE × SIMD, A'),
    !is_same('fold') && number_column('b_fold', 'PE × SIMD, B'),
  ];
  const known = columns
    .filter((column) => column !== false)
    .filter((column) => rows.some((row) => row[column.key] !== null && row[column.key] !== undefined));
  return sortable_table('The units of both runs', known, rows, 40, 'pinned');
}

function widths_said(registers: [register_facts, register_facts][]): string {
  if (registers.length === 0) return '';
  const narrower = registers.filter(([a, b]) => b.bits < a.bits).length;
  const wider = registers.filter(([a, b]) => b.bits > a.bits).length;
  if (narrower + wider === 0)
    return `Every register has the same width in both. `;
  const parts = [narrower > 0 && `${integer(narrower)} narrower`, wider > 0 && `${integer(wider)} wider`];
  return `Of ${counted(registers.length, 'register')} in both, B has ${listed(parts.filter((said) => said !== false))}. `;
}

function alone_said(units: paired_unit[], which: 'a' | 'b'): string {
  const alone = units.filter((unit) => unit[which === 'a' ? 'b' : 'a'] === null).map(({ name }) => name);
  return alone.length === 0 ? '' : `Only ${which.toUpperCase()} has ${listed(alone)}. `;
}

function units_finding(now: compared, rows: row[]): text {
  const registers = now.units.flatMap(({ a, b }): [register_facts, register_facts][] =>
    a?.register && b?.register ? [[a.register, b.register]] : [],
  );
  const changed = rows.filter((row) => typeof row['luts'] === 'number' && Math.round(row['luts']) !== 0);
  const most = [...changed].sort((a, b) => Math.abs(Number(b['luts'])) - Math.abs(Number(a['luts'])))[0];
  return [
    widths_said(registers),
    alone_said(now.units, 'a'),
    alone_said(now.units, 'b'),
    !now.has_one_hardware && 'Their prices are of different hardware and are not compared.',
    now.has_one_hardware && changed.length === 0 && 'No unit takes more or fewer LUTs in B.',
    most &&
      `${changed.length === 1 ? 'The price of 1 unit differs' : `The prices of ${counted(changed.length, 'unit')} differ`}, most that of ` +
        `${String(most['name'])}: ${signed(Number(most['luts']))} LUTs `,
    most && grade_mark('modelled'),
    most && '.',
  ];
}

/** Units with a register, and those whose price changes; none where nothing differs. */
function drawn_pairs(rows: row[]): unit_pair[] {
  const pairs = rows
    .filter((row) => row['a_bits'] !== null || row['b_bits'] !== null || Math.round(Number(row['luts'] ?? 0)) !== 0)
    .map((row) => ({
      unit: String(row['name']),
      a_bits: row['a_bits'] as number | null,
      b_bits: row['b_bits'] as number | null,
      a: Number(row['a_luts'] ?? 0),
      b: Number(row['b_luts'] ?? 0),
      more: Number(row['luts'] ?? 0),
    }));
  return pairs.some((pair) => pair.more !== 0 || pair.a_bits !== pair.b_bits) ? pairs : [];
}

export function units_part(report: comparison, now: compared): part | null {
  const rows = now.units.map((unit) => row_of(unit, now.has_one_hardware));
  if (rows.length === 0) return null;
  const pairs = now.has_one_hardware ? drawn_pairs(rows) : [];
  return {
    id: 'units',
    title: 'Units',
    said: counted(rows.length, 'unit'),
    heading: 'Unit by unit',
    finding: units_finding(now, rows),
    content: [pairs.length > 0 ? pairs_figure('Two runs', pairs, report) : null, units_table(rows)],
  };
}

// SPDX-License-Identifier: Apache-2.0
// Two designs side by side: facts, and the LUTs and widths unit by unit.
import { type report, table } from './data';
import { overflow_said } from './designs_front';
import { rate_said, score_said, type design, type study } from './designs_model';
import { h } from './dom';
import type { figure } from './figure';
import { integer, percent, real } from './format';
import { grade_mark } from './grade';
import { change_said, pairs_figure, side_by_side, type fact, type unit_pair } from './pairs';

function unit_pairs(report: report, a: design, b: design): unit_pair[] {
  const pairs = new Map<string, unit_pair>();
  for (const row of table(report, 'point_units')) {
    const is_a = row['point'] === a.key;
    if (!is_a && row['point'] !== b.key) continue;
    const unit = String(row['unit']);
    const pair = pairs.get(unit) ?? { unit, a_bits: null, b_bits: null, more: 0, a: 0, b: 0 };
    pairs.set(unit, pair);
    const luts = Number(row['luts'] ?? 0);
    const bits = typeof row['bits'] === 'number' ? row['bits'] : null;
    if (is_a) [pair.a, pair.a_bits] = [luts, bits];
    if (row['point'] === b.key) [pair.b, pair.b_bits] = [luts, bits];
    pair.more = pair.b - pair.a;
  }
  return [...pairs.values()];
}

function facts_table(a: design, b: design, is_psnr: boolean): HTMLElement {
  const both = (title: string, of: (design: design) => string | Node, note = ''): fact => ({
    title,
    note,
    a: of(a),
    b: of(b),
  });
  const points =
    a.score !== null && b.score !== null
      ? is_psnr
        ? `${real(b.score - a.score)} dB`
        : `${b.score >= a.score ? '+' : '−'}${(100 * Math.abs(b.score - a.score)).toFixed(2)} points`
      : '';
  const overlap =
    a.luts_low !== null && b.luts_low !== null && a.luts_high !== null && b.luts_high !== null
      ? a.luts_low <= b.luts_high && b.luts_low <= a.luts_high
        ? 'the bands overlap'
        : 'the bands are apart'
      : '';
  const amount = (key: 'ff' | 'bram18' | 'uram' | 'dsp') => (design: design) =>
    design[key] === null ? '–' : integer(design[key]!);
  const lines = [
    both('Network', (design) => design.network.name),
    both('Registers', (design) => design.label.slice(design.network.label.length + 2)),
    both(
      is_psnr ? 'PSNR' : 'Top-1',
      (design) => h('span', { class: 'with-grade' }, grade_mark('simulated'), score_said(design.score, is_psnr)),
      points,
    ),
    both('Overflow', (design) =>
      h('span', { class: 'with-grade' }, grade_mark(design.grade), overflow_said(design)),
    ),
    both(
      'LUTs',
      (design) =>
        h(
          'span',
          { class: 'with-grade' },
          grade_mark('modelled'),
          design.luts === null ? '–' : integer(design.luts),
        ),
      change_said(a.luts, b.luts),
    ),
    both(
      'between',
      (design) =>
        design.luts_low === null || design.luts_high === null
          ? '–'
          : `${integer(design.luts_low)} and ${integer(design.luts_high)}`,
      overlap,
    ),
    both('Flip-flops', amount('ff'), change_said(a.ff, b.ff)),
    both('RAMB18', amount('bram18'), change_said(a.bram18, b.bram18)),
    both('UltraRAM', amount('uram'), change_said(a.uram, b.uram)),
    both('DSP', amount('dsp'), change_said(a.dsp, b.dsp)),
    both(
      'Cycles a frame',
      (design) => (design.cycles === null ? '–' : integer(design.cycles)),
      change_said(a.cycles, b.cycles),
    ),
    both('Frames a second', (design) => rate_said(design.fps), change_said(a.fps, b.fps)),
    both('Fits', (design) => (design.fits === null ? '–' : design.fits ? 'yes' : (design.shortage ?? 'no'))),
    both('Zeros among the weights', (design) =>
      design.network.zeros === null ? '–' : percent(design.network.zeros, 0),
    ),
    both('Made again with', (design) => h('code', {}, design.command ?? '–')),
  ];
  return side_by_side('Two designs side by side', lines);
}

function picker(name: string, designs: design[], now: design, choose: (key: string) => void): HTMLElement {
  const list = h(
    'select',
    { change: () => choose(list.value) },
    designs.map((design) => h('option', { value: design.key, selected: design === now }, design.label)),
  );
  return h('label', { class: 'pick' }, h('span', {}, name), list);
}

export function compare(
  study: study,
  designs: design[],
  a: design,
  b: design,
  report: report,
  choose: (which: 'a' | 'b', key: string) => void,
): { element: HTMLElement; figure: figure | null } {
  const is_psnr = study.metrics.get(a.data) === 'psnr';
  const sorted = [...designs].sort((one, two) => one.label.localeCompare(two.label, 'en', { numeric: true }));
  const pairs = unit_pairs(report, a, b);
  const element = h(
    'div',
    {},
    h(
      'div',
      { class: 'pickers' },
      picker('A', sorted, a, (key) => choose('a', key)),
      picker('B', sorted, b, (key) => choose('b', key)),
    ),
    facts_table(a, b, is_psnr),
  );
  if (pairs.length === 0) return { element, figure: null };
  return { element, figure: pairs_figure('Two designs', pairs, report) };
}

// SPDX-License-Identifier: Apache-2.0
// Two designs side by side: facts, and the LUTs and widths unit by unit.
import { type report, type row, table } from './data';
import { overflow_said } from './designs_front';
import { rate_said, score_said, type design, type study } from './designs_model';
import { h } from './dom';
import { figure, type figure_text, type picture } from './figure';
import { integer, percent, real } from './format';
import { grade_mark } from './grade';
import { linear } from './scale';
import { box, canvas, label, line, shapes, shortened, text_width } from './svg';
import { plain_table } from './table';

interface unit_pair {
  unit: string;
  a_bits: number | null;
  b_bits: number | null;
  /** LUTs of B less those of A */
  more: number;
  a: number;
  b: number;
}

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

function draw_pairs(width: number, pairs: unit_pair[]): picture {
  const height = 18;
  const names = pairs.map((pair) => pair.unit);
  const widths = pairs.map((pair) =>
    pair.a_bits === pair.b_bits ? `${pair.a_bits ?? '–'}` : `${pair.a_bits ?? '–'} → ${pair.b_bits ?? '–'}`,
  );
  const gutter = Math.min(width * 0.3, 12 + Math.max(...names.map((name) => text_width(name, 11))));
  const bits_at =
    gutter + 10 + Math.max(...widths.map((text) => text_width(text, 11)), text_width('P of A → B', 10));
  const most = Math.max(1, ...pairs.map((pair) => Math.abs(pair.more)));
  const room = text_width(`−${integer(most)}`, 11) + 8;
  const has_more = pairs.some((pair) => pair.more > 0);
  const has_less = pairs.some((pair) => pair.more < 0);
  const x = linear(
    [has_less || !has_more ? -most : 0, has_more ? most : 0],
    [bits_at + (has_less ? room + 10 : 14), width - (has_more ? room : 10)],
  );
  const top = 18;
  const y = (i: number) => top + i * height;
  const bars = { less: [] as string[], more: [] as string[] };
  const texts = pairs.flatMap((pair, i) => {
    const at = x(pair.more);
    if (pair.more !== 0)
      (pair.more < 0 ? bars.less : bars.more).push(
        box(Math.min(at, x(0)), y(i) + 3, Math.abs(at - x(0)), height - 6),
      );
    const said = pair.more === 0 ? '0' : `${pair.more > 0 ? '+' : ''}${integer(pair.more)}`;
    return [
      label(gutter - 6, y(i) + 13, shortened(pair.unit, gutter - 8), 'end', 'ink'),
      label(bits_at, y(i) + 13, widths[i]!, 'end'),
      label(pair.more > 0 ? at + 5 : at - 5, y(i) + 13, said, pair.more > 0 ? 'start' : 'end'),
    ];
  });
  const svg = canvas(width, y(pairs.length) + 4);
  const nodes = [
    label(bits_at, 11, 'P of A → B', 'end', 'small'),
    label(x(0), 11, 'LUTs, B less A', has_more && has_less ? 'middle' : has_less ? 'end' : 'start', 'small'),
    line(x(0), top, x(0), y(pairs.length)),
    shapes(bars.less, { fill: 'var(--a2q)', 'data-part': 'less' }),
    shapes(bars.more, { fill: 'var(--bad)', 'data-part': 'more' }),
    ...texts,
  ];
  svg.append(...nodes.filter((node): node is NonNullable<typeof node> => node !== null));
  return {
    svg,
    tip_at: (_, py) => {
      const pair = pairs[Math.floor((py - top) / height)];
      return pair
        ? {
            Unit: pair.unit,
            'Register in A': pair.a_bits,
            'Register in B': pair.b_bits,
            'LUTs in A': integer(pair.a),
            'LUTs in B': integer(pair.b),
            Grade: 'modelled',
          }
        : null;
    },
  };
}

function against(a: number | null, b: number | null): string {
  if (a === null || b === null || a === 0) return '';
  if (a === b) return 'the same';
  const more = b / a - 1;
  return `${more < 0 ? '−' : '+'}${percent(Math.abs(more), 1)}`;
}

function facts_table(a: design, b: design, is_psnr: boolean): HTMLElement {
  const both = (
    title: string,
    of: (design: design) => string | Node,
    note = '',
  ): row & { cells: (string | Node)[] } => ({ title, note, cells: [of(a), of(b)] }) as never;
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
      against(a.luts, b.luts),
    ),
    both(
      'between',
      (design) =>
        design.luts_low === null || design.luts_high === null
          ? '–'
          : `${integer(design.luts_low)} and ${integer(design.luts_high)}`,
      overlap,
    ),
    both('Flip-flops', amount('ff'), against(a.ff, b.ff)),
    both('RAMB18', amount('bram18'), against(a.bram18, b.bram18)),
    both('UltraRAM', amount('uram'), against(a.uram, b.uram)),
    both('DSP', amount('dsp'), against(a.dsp, b.dsp)),
    both(
      'Cycles a frame',
      (design) => (design.cycles === null ? '–' : integer(design.cycles)),
      against(a.cycles, b.cycles),
    ),
    both('Frames a second', (design) => rate_said(design.fps), against(a.fps, b.fps)),
    both('Fits', (design) => (design.fits === null ? '–' : design.fits ? 'yes' : (design.shortage ?? 'no'))),
    both('Zeros among the weights', (design) =>
      design.network.zeros === null ? '–' : percent(design.network.zeros, 0),
    ),
    both('Made again with', (design) => h('code', {}, design.command ?? '–')),
  ] as unknown as { title: string; note: string; cells: (string | Node)[] }[];
  const shown = lines.filter((line) => line.cells.some((cell) => cell !== '–' && cell !== '0'));
  return plain_table(
    'Two designs side by side',
    [
      { key: 'title', title: 'Fact' },
      { key: 'a', title: 'A', text: (_, row) => shown[Number(row['place'])]!.cells[0]! },
      { key: 'b', title: 'B', text: (_, row) => shown[Number(row['place'])]!.cells[1]! },
      { key: 'note', title: 'B against A' },
    ],
    shown.map((line, place): row => ({ title: line.title, note: line.note, place })),
    'compared wrapping',
  );
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
  const text: figure_text = {
    id: 'pairs',
    title: 'LUTs and widths of two designs, unit by unit',
    caption: [
      'One row a unit with a register: its width in A and in B, and the LUTs that B takes less (to the ' +
        'left) or more (to the right), modelled ',
      grade_mark('modelled'),
      '.',
    ],
    columns: [
      { key: 'unit', title: 'Unit' },
      { key: 'a_bits', title: 'P of A', number: true },
      { key: 'b_bits', title: 'P of B', number: true },
      { key: 'a', title: 'LUTs of A', number: true },
      { key: 'b', title: 'LUTs of B', number: true },
      { key: 'more', title: 'B less A', number: true },
    ],
    rows: () => pairs as unknown as row[],
    draw: (width) => draw_pairs(width, pairs),
  };
  return { element, figure: new figure(text, report) };
}

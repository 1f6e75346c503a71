// SPDX-License-Identifier: Apache-2.0
// Two things side by side: their facts as a table, and the LUTs and widths of their units as a picture.
import type { report, row } from './data';
import { figure, type figure_text, type picture } from './figure';
import { integer, percent } from './format';
import { grade_mark } from './grade';
import { linear } from './scale';
import { box, canvas, label, line, shapes, shortened, text_width } from './svg';
import { plain_table } from './table';

/** A line of the table of facts. */
export interface fact {
  title: string;
  a: string | Node;
  b: string | Node;
  /** B against A */
  note: string;
}

/** Facts that neither has are left out. */
export function side_by_side(title: string, facts: fact[]): HTMLElement {
  const shown = facts.filter(({ a, b }) => [a, b].some((cell) => cell !== '–' && cell !== '0'));
  return plain_table(
    title,
    [
      { key: 'title', title: 'Fact' },
      { key: 'a', title: 'A', text: (_, row) => shown[Number(row['place'])]!.a },
      { key: 'b', title: 'B', text: (_, row) => shown[Number(row['place'])]!.b },
      { key: 'note', title: 'B against A' },
    ],
    shown.map(({ title, note }, place): row => ({ title, note, place })),
    'compared wrapping',
  );
}

/** "+12", "−3", "0". */
export function signed(n: number): string {
  const rounded = Math.round(n);
  return rounded === 0 ? '0' : `${rounded > 0 ? '+' : ''}${integer(rounded)}`;
}

/** "+3.1%", "the same"; nothing where one is not known. */
export function change_said(a: number | null, b: number | null): string {
  if (a === null || b === null || a === 0) return '';
  if (a === b) return 'the same';
  const more = b / a - 1;
  return `${more < 0 ? '−' : '+'}${percent(Math.abs(more), 1)}`;
}

export interface unit_pair {
  unit: string;
  a_bits: number | null;
  b_bits: number | null;
  /** LUTs of B less those of A */
  more: number;
  a: number;
  b: number;
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
    const said = signed(pair.more);
    return [
      label(gutter - 6, y(i) + 13, shortened(pair.unit, gutter - 8), 'end', 'ink'),
      label(bits_at, y(i) + 13, widths[i]!, 'end'),
      label(pair.more > 0 ? at + 5 : at - 5, y(i) + 13, said, pair.more > 0 ? 'start' : 'end'),
    ];
  });
  const svg = canvas(width, y(pairs.length) + 4);
  const nodes = [
    label(bits_at, 11, 'P of A → B', 'end', 'small'),
    label(x(0), 11, 'LUTs, B less A', has_more && has_less ? 'middle' : has_more ? 'start' : 'end', 'small'),
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

export function pairs_figure(what: string, pairs: unit_pair[], report: report): figure {
  const text: figure_text = {
    id: 'pairs',
    title: `${what}: LUTs and widths, unit by unit`,
    caption: [
      'One row a unit: the width of its register in A and in B, and the LUTs that B takes less (to the ' +
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
  return new figure(text, report);
}

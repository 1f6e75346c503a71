// SPDX-License-Identifier: Apache-2.0
// One heat map of layers by output channels. Cells that would be too small to see are binned, and a bin shows its worst.
import channels from '../specs/run_channels.vl.json';
import type { report, row } from './data';
import { figure, type choices, type figure_text, type legend_entry, type picture } from './figure';
import { integer, percent, share } from './format';
import { grade_mark } from './grade';
import { linear } from './scale';
import type { spec } from './spec';
import { box, canvas, diamond, label, shapes, shortened, text_width, tick_label } from './svg';
import type { tip } from './tooltip';
import type { channel_columns, run_facts } from './run_model';
import { bits_between, counted } from './words';

const least_cell = 3.6;
const levels = 10;

/** Several neighbouring channels in one cell, by their places among all channels. */
export interface cell {
  first: number;
  last: number;
  worst: number;
  proved: boolean;
}

/** What is shown of the channel at a place. */
type measure = (place: number) => number;

/** The channels at the places [first, end) in cells of `width` channels. */
export function binned(
  channels: channel_columns,
  [first, end]: [number, number],
  width: number,
  of: measure,
): cell[] {
  const cells: cell[] = [];
  for (let at = first; at < end; at += width) {
    const last = Math.min(end, at + width) - 1;
    const cell: cell = { first: at, last, worst: at, proved: true };
    for (let place = at; place <= last; ++place) {
      if (of(place) > of(cell.worst)) cell.worst = place;
      if (channels.proved[place] === 0) cell.proved = false;
    }
    cells.push(cell);
  }
  return cells;
}

interface heat_row {
  name: string;
  /** places of its channels */
  range: [number, number];
  is_hot: boolean;
}

function rows_of(facts: run_facts): heat_row[] {
  const { unit, count } = facts.channels;
  const ranges = new Map<number, [number, number]>();
  for (let at = 0; at < count;) {
    let end = at;
    while (end < count && unit[end] === unit[at]) ++end;
    ranges.set(unit[at]!, [at, end]);
    at = end;
  }
  return facts.layers.flatMap((layer) => {
    const range = ranges.get(layer.unit);
    return range ? [{ name: layer.name, range, is_hot: layer.register.overflowing > 0 }] : [];
  });
}

function measure_of(chosen: choices, facts: run_facts): { of: measure; most: number } {
  const { share, persistent, certified, seen } = facts.channels;
  // What is proven and what was seen have one scale, so that the two can be compared.
  const most = Math.max(1, ...facts.layers.map(({ register }) => register.certified ?? 0));
  if (chosen['show'] === 'certified') return { of: (place) => certified[place]!, most };
  if (chosen['show'] === 'seen' && seen) return { of: (place) => seen.bits[place]!, most };
  return {
    of: chosen['show'] === 'persistent' ? (place) => persistent[place]! : (place) => share[place]!,
    most: 1,
  };
}

/** Whether what is shown are bits. */
const are_bits = (chosen: choices) => chosen['show'] === 'certified' || chosen['show'] === 'seen';

function channel_tip(facts: run_facts, name: string, cell: cell): tip {
  const { channel, share: shares, persistent, certified, proved, seen } = facts.channels;
  const { first, last, worst } = cell;
  const part = shares[worst]!;
  return {
    Layer: name,
    [first === last ? 'Channel' : 'Channels']:
      first === last ? channel[first] : `${channel[first]} to ${channel[last]}`,
    ...(first === last ? {} : { 'Worst of them': channel[worst] }),
    'Dot products that overflow': part > 0 ? share(part) : proved[worst] ? 'none, proved' : 'none seen',
    Persistent: part > 0 ? share(persistent[worst]!) : null,
    'Proven from': certified[worst] ? `${certified[worst]} bits` : null,
    'Sums in the profile': seen?.bits[worst]
      ? `${integer(seen.low[worst]!)} to ${integer(seen.high[worst]!)}, ${seen.bits[worst]} bits`
      : null,
    Grade: proved[worst] ? 'proved' : 'simulated',
  };
}

function draw(width: number, facts: run_facts, chosen: choices): picture {
  const rows = rows_of(facts);
  const most_channels = Math.max(1, ...rows.map((row) => row.range[1] - row.range[0]));
  const gutter = Math.min(width * 0.34, 12 + Math.max(...rows.map((row) => text_width(row.name, 11)), 30));
  const room = width - gutter - 4;
  const per_cell = Math.max(1, Math.ceil((most_channels * least_cell) / room));
  const cell_width = Math.min(26, (room / most_channels) * per_cell);
  const height = rows.length > 60 ? 9 : 15;
  const top = 4; // room for the first name, which is higher than a low row
  const x = linear([0, 1], [gutter, gutter + cell_width / per_cell]);
  const { of, most } = measure_of(chosen, facts);
  const shades = Array.from({ length: levels }, () => [] as string[]);
  const parts = { empty: [] as string[], proved: [] as string[] };
  const table = rows.map((row) => binned(facts.channels, row.range, per_cell, of));
  const inset = cell_width > 6 ? 0.5 : 0;
  table.forEach((cells, at) =>
    cells.forEach((cell, i) => {
      const left = gutter + i * cell_width;
      const shape = box(left, top + at * height, cell_width - inset, height - 1);
      const value = of(cell.worst);
      if (value > 0) shades[Math.min(levels - 1, Math.floor((value / most) * levels * 0.9999))]!.push(shape);
      else parts.empty.push(shape);
      if (cell.proved && cell_width >= 4 && !are_bits(chosen))
        parts.proved.push(
          diamond(
            left + (cell_width - inset) / 2,
            top + at * height + (height - 1) / 2,
            Math.min(2.6, cell_width / 2 - 0.6),
          ),
        );
    }),
  );
  const bottom = top + rows.length * height;
  const color = are_bits(chosen) ? 'var(--compute)' : 'var(--bad)';
  const names = rows.map((row, at) =>
    height < 12 && at % 2 === 1
      ? null
      : label(
          gutter - 7,
          top + at * height + height / 2 + 3.5,
          shortened(row.name, gutter - 9),
          'end',
          row.is_hot ? 'ink' : '',
        ),
  );
  const ticks = linear([0, most_channels], [0, 1]).ticks(Math.max(2, Math.min(10, Math.floor(room / 60))));
  const svg = canvas(width, bottom + 36);
  svg.append(
    ...[
      shapes(parts.empty, { fill: 'var(--cell)', 'data-part': 'none' }),
      ...shades.map((list, level) =>
        shapes(list, {
          fill: color,
          'fill-opacity': (0.16 + (0.84 * (level + 1)) / levels).toFixed(3),
          'data-part': `level-${level + 1}`,
        }),
      ),
      shapes(parts.proved, { fill: 'var(--a2q)', 'data-part': 'proved' }),
      ...names,
      ...ticks
        .filter((tick) => Number.isInteger(tick) && tick < most_channels)
        .map((tick) => tick_label(x(tick) + cell_width / 2, bottom + 14, String(tick), width)),
      label(gutter + (cell_width * most_channels) / per_cell / 2, bottom + 30, 'output channel', 'middle'),
    ].filter((node): node is NonNullable<typeof node> => node !== null),
  );
  return {
    svg,
    tip_at: (px, py) => {
      const row = rows[Math.floor((py - top) / height)];
      const cell = table[Math.floor((py - top) / height)]?.[Math.floor((px - gutter) / cell_width)];
      return row && cell && px >= gutter ? channel_tip(facts, row.name, cell) : null;
    },
  };
}

function legend(facts: run_facts, chosen: choices): legend_entry[] {
  if (are_bits(chosen)) {
    const { most } = measure_of(chosen, facts);
    return [1, 0.5].map((part) => ({
      text: `${Math.round(most * part)} bits`,
      color: `color-mix(in srgb, var(--compute) ${100 * part}%, var(--paper))`,
    }));
  }
  return [
    { text: 'none', color: 'var(--cell)' },
    ...[0.1, 0.5, 1].map((part) => ({
      text: percent(part, 0),
      color: `color-mix(in srgb, var(--bad) ${16 + 84 * part}%, var(--paper))`,
    })),
    { text: 'proven at its register’s width', grade: 'proved' as const },
  ];
}

/** What more of a colour says. */
const shade_meanings: Record<string, string> = {
  share: 'the more of its dot products overflow',
  persistent: 'the more of its finished sums do not fit',
  certified: 'the more bits it takes until no input overflows',
  seen: 'the more bits hold all its sums in the profile; the scale is that of the proven bits',
};

export function heat_figure(facts: run_facts, report: report): figure {
  const names = new Map(facts.units.map((unit) => [unit.unit, unit.name]));
  const { seen } = facts.channels;
  const text: figure_text = {
    id: 'run_channels',
    title: 'Overflow by layer and output channel',
    caption: (chosen) => [
      `A row is a layer, a cell one of its output channels. The stronger the colour, ${shade_meanings[chosen['show'] ?? 'share']}. `,
      ...(are_bits(chosen)
        ? []
        : [
            'A diamond ',
            grade_mark('proved'),
            ' marks a channel that no input overflows; a bare cell overflowed on none of these frames ',
            grade_mark('simulated'),
            ', and nothing proves more. ',
          ]),
      'Where a layer has more channels than the page has room for, a cell is the worst of several neighbours.',
    ],
    options: [
      {
        name: 'show',
        label: 'Show',
        value: facts.channels.share.some((part) => part > 0) ? 'share' : 'certified',
        options: [
          { value: 'share', label: 'dot products that overflow' },
          { value: 'persistent', label: 'persistent share' },
          { value: 'certified', label: 'bits proven safe' },
          ...(seen ? [{ value: 'seen', label: 'bits that the profile needed' }] : []),
        ],
      },
    ],
    legend: (chosen) => legend(facts, chosen),
    columns: [
      { key: 'name', title: 'Layer' },
      { key: 'channel', title: 'Channel', number: true },
      { key: 'share', title: 'Overflow', number: true, text: (v) => share(Number(v)) },
      { key: 'persistent', title: 'Persistent', number: true, text: (v) => share(Number(v)) },
      { key: 'certified', title: 'Proven from', number: true },
      ...(seen
        ? [
            { key: 'low', title: 'Least sum', number: true },
            { key: 'high', title: 'Greatest sum', number: true },
            { key: 'bits', title: 'Bits that it needed', number: true },
          ]
        : []),
      { key: 'grade', title: 'Grade' },
    ],
    rows: () =>
      Array.from({ length: facts.channels.count }, (_, i): row => ({
        name: names.get(facts.channels.unit[i]!) ?? String(facts.channels.unit[i]),
        channel: facts.channels.channel[i]!,
        share: facts.channels.share[i]!,
        persistent: facts.channels.persistent[i]!,
        certified: facts.channels.certified[i] || null,
        ...(seen?.bits[i] ? { low: seen.low[i]!, high: seen.high[i]!, bits: seen.bits[i]! } : {}),
        grade: facts.channels.proved[i] ? 'proved' : 'simulated',
      })),
    draw: (width, chosen) => draw(width, facts, chosen),
    template: channels as unknown as spec,
  };
  return new figure(text, report);
}

export function channel_counts(facts: run_facts): { all: number; over: number; proved: number } {
  return {
    all: facts.channels.count,
    over: facts.channels.share.reduce((sum, part) => sum + (part > 0 ? 1 : 0), 0),
    proved: facts.channels.proved.reduce((sum, is) => sum + is, 0),
  };
}

/** " The sums in the profile of 100 frames of DATA need 8 to 19 bits, in 579 of 610 channels fewer than are proven" */
export function seen_finding(facts: run_facts, report: report): string[] {
  const { seen, certified } = facts.channels;
  if (!seen) return [];
  const known = [...seen.bits].filter((bits, i) => bits > 0 && certified[i]! > 0).length;
  const fewer = [...seen.bits].filter((bits, i) => bits > 0 && bits < certified[i]!).length;
  if (known === 0) return [];
  const widths = [...seen.bits].filter((bits) => bits > 0);
  return [
    ` The sums in the profile of ${counted(Number(report.meta['profile_frames']), 'frame')} of ` +
      `${report.meta['profile_dataset']} need ${bits_between([widths.reduce((a, b) => Math.min(a, b)), widths.reduce((a, b) => Math.max(a, b))])}, ` +
      `in ${integer(fewer)} of ${counted(known, 'channel')} fewer than are proven `,
  ];
}

export function channels_finding(facts: run_facts): string[] {
  const { all, over, proved } = channel_counts(facts);
  if (all === 0) return [];
  const { unit, share: shares } = facts.channels;
  const quiet = new Set([...unit].filter((_, i) => shares[i] === 0));
  const whole = facts.layers.filter((layer) => layer.register.overflowing > 0 && !quiet.has(layer.unit));
  const said =
    over === 0
      ? `None of the ${integer(all)} channels overflows on this data`
      : `${integer(over)} of ${integer(all)} channels ${over === 1 ? 'overflows' : 'overflow'}`;
  return [
    said,
    whole.length > 0 && over > 1
      ? `, every one of ${whole.length === 1 ? whole[0]!.name : `${whole.length} layers`} among them`
      : '',
    `. ${proved === 0 ? 'None is' : proved === all ? 'All are' : `${integer(proved)} are`} proven at the width of their register.`,
  ];
}

// SPDX-License-Identifier: Apache-2.0
// The charts of a study: which specification, how to read it, and its numbers as a table.
import accuracy from '../specs/accuracy.vl.json';
import error from '../specs/error.vl.json';
import heatmap from '../specs/heatmap.vl.json';
import order_accuracy from '../specs/order_accuracy.vl.json';
import order_error from '../specs/order_error.vl.json';
import overflows_spec from '../specs/overflows.vl.json';
import pareto from '../specs/pareto.vl.json';
import type { chart_text } from './chart';
import {
  type overflow,
  type point,
  type report,
  type row,
  type scope,
  order_trials,
  points,
  table,
  type value,
} from './data';
import { method_names, overflow_names, percent, scope_names, share } from './format';
import { grade_mark } from './grade';
import type { spec } from './spec';
import type { column } from './table';

const text_of = (names: Record<string, string>) => (v: value | undefined) => names[String(v)] ?? String(v ?? '–');
export const as_percent = (v: value | undefined) => (typeof v === 'number' ? percent(v) : '–');
const as_share = (v: value | undefined) => (typeof v === 'number' ? share(v) : '–');
export const as_grade = (v: value | undefined) => {
  const cell = document.createElement('span');
  cell.className = 'with-grade';
  cell.append(grade_mark(v === 'proved' ? 'proved' : v === 'modelled' ? 'modelled' : 'simulated'), String(v));
  return cell;
};

const who: column[] = [
  { key: 'bits', title: 'P', number: true },
  { key: 'method', title: 'Network', text: text_of(method_names) },
  { key: 'overflow', title: 'Overflow', text: text_of(overflow_names) },
  { key: 'scope', title: 'Limit acts', text: text_of(scope_names) },
];
const graded: column = { key: 'grade', title: 'Grade', text: as_grade };

const narrow = (report: report) => points(report).filter((p) => p.bits < 32) as unknown as row[];

function rates(report: report): row[] {
  return (narrow(report) as unknown as point[]).map((p) => ({
    ...p,
    rate: p.overflowing / p.dot_products,
    event_rate: p.events / p.dot_products,
  }));
}

const shapes = (): (string | Node)[] => [
  'Filled diamonds ',
  grade_mark('proved'),
  ' are proven: no input whatever can overflow there. Hollow circles ',
  grade_mark('simulated'),
  ' were seen on these images and may differ on others. Where lines coincide the wider one shows under the other. ',
];

export function curve_charts(report: report): Record<'overflows' | 'error' | 'accuracy', chart_text> {
  return {
    overflows: {
      id: 'overflows',
      template: overflows_spec as unknown as spec,
      title: 'Overflows per dot product against accumulator bits',
      caption: [
        'Each panel is one place where the limit of P bits acts; the scale is logarithmic, and its lowest row ' +
          'means none. ',
        ...shapes(),
      ],
      columns: [
        ...who,
        { key: 'overflowing', title: 'Overflowing', number: true },
        { key: 'rate', title: 'Share', number: true, text: as_share },
        { key: 'events', title: 'Overflows', number: true },
        { key: 'event_rate', title: 'Per dot product', number: true },
        graded,
      ],
      rows: () => rates(report),
    },
    error: {
      id: 'error',
      template: error as unknown as spec,
      title: 'Mean absolute error of the logits against accumulator bits',
      caption: [
        'The mean distance between a logit and its exact value, over all channels and images, on a logarithmic ' +
          'scale; the lowest row means none. ',
        ...shapes(),
        'A2Q and A2Q+ are compared with their own exact logits, so their error is zero by proof.',
      ],
      columns: [...who, { key: 'mean_abs_error', title: 'Mean |error|', number: true }, graded],
      rows: () => narrow(report),
    },
    accuracy: {
      id: 'accuracy',
      template: accuracy as unknown as spec,
      title: 'Top-1 against accumulator bits',
      caption: [
        'The share of test images that are read correctly. The dotted line is QAT at its widest accumulator. ',
        ...shapes(),
        'What is proven is the absence of overflow; top-1 itself is always measured on these images.',
      ],
      columns: [...who, { key: 'accuracy', title: 'Top-1', number: true, text: as_percent }, graded],
      rows: () => narrow(report),
    },
  };
}

export function order_charts(report: report): chart_text[] {
  const columns: column[] = [
    { key: 'bits', title: 'P', number: true },
    { key: 'scope', title: 'Saturation', text: text_of(scope_names) },
    {
      key: 'trial',
      title: 'Order',
      number: true,
      text: (v, row) => (v !== -1 ? String(v) : row['scope'] === 'final' ? 'any' : 'hardware'),
    },
    { key: 'mean_abs_error', title: 'Mean |error|', number: true },
    { key: 'accuracy', title: 'Top-1', number: true, text: as_percent },
    { key: 'events', title: 'Overflows', number: true },
  ];
  const rows = () => order_trials(report) as unknown as row[];
  const panels = Math.min(3, new Set(order_trials(report).map((trial) => trial.bits)).size);
  const caption = (what: string): (string | Node)[] => [
    `Each bar counts random orders of addition whose ${what} falls there, when every product is followed by ` +
      'saturation. The dashed line with the triangle is the order of the hardware. ',
    'The solid line is saturation of the finished sum alone, where order cannot matter. Panels have scales of ' +
      'their own. All of it is simulated ',
    grade_mark('simulated'),
    '.',
  ];
  return [
    {
      id: 'order_error',
      template: order_error as unknown as spec,
      title: 'Error of the logits over random orders of addition',
      caption: caption('mean error'),
      columns,
      rows,
      panels,
    },
    {
      id: 'order_accuracy',
      template: order_accuracy as unknown as spec,
      title: 'Top-1 over random orders of addition',
      caption: caption('top-1'),
      columns,
      rows,
      panels,
    },
  ];
}

export function heatmap_chart(report: report): chart_text {
  const by_point = new Map(points(report).map((p) => [p.point, p]));
  return {
    id: 'heatmap',
    template: heatmap as unknown as spec,
    title: 'Overflow by output channel and accumulator bits',
    caption: [
      'Each cell is one output channel of the QAT network at one P: the percentage of its dot products that ' +
        'overflow, coloured on a logarithmic scale. A diamond ',
      grade_mark('proved'),
      ' marks a width proven safe for the whole network; a dot, no overflow seen. A2Q and A2Q+ have no row: ' +
        'none of their channels can overflow.',
    ],
    columns: [
      { key: 'channel', title: 'Channel', number: true },
      who[0]!,
      { key: 'overflowing', title: 'Overflowing', number: true },
      { key: 'rate', title: 'Share', number: true, text: as_share },
      { key: 'events', title: 'Overflows', number: true },
      { key: 'dot_products', title: 'Dot products', number: true },
      graded,
    ],
    rows: (choices) =>
      table(report, 'point_channels').flatMap((channel) => {
        const p = by_point.get(Number(channel['point']));
        if (!p || p.method !== 'qat' || p.bits >= 32) return [];
        if (p.overflow !== (choices['mode'] as overflow) || p.scope !== (choices['where'] as scope)) return [];
        return [
          {
            ...channel,
            bits: p.bits,
            grade: p.grade,
            rate: Number(channel['overflowing']) / Number(channel['dot_products']),
          },
        ];
      }),
  };
}

export function pareto_chart(report: report): chart_text {
  return {
    id: 'pareto',
    template: pareto as unknown as spec,
    title: 'Top-1 against LUTs',
    caption: [
      'Up and to the left is better. The solid line is the front of the proven designs ',
      grade_mark('proved'),
      ', labelled with P; the dashed line is the front of those that only simulation speaks for ',
      grade_mark('simulated'),
      ': between the two lies what a guarantee costs, or gains. LUTs are modelled ',
      grade_mark('modelled'),
      ' (the published FINN formula, P as given).',
    ],
    columns: [
      ...who,
      { key: 'luts', title: 'LUTs', number: true },
      { key: 'accuracy', title: 'Top-1', number: true, text: as_percent },
      graded,
    ],
    rows: () => points(report) as unknown as row[],
  };
}

export const point_columns: column[] = [
  ...who,
  { key: 'overflowing', title: 'Overflowing', number: true },
  { key: 'persistent', title: 'Persistent', number: true },
  { key: 'events', title: 'Overflows', number: true },
  { key: 'mean_abs_error', title: 'Mean |error|', number: true },
  { key: 'accuracy', title: 'Top-1', number: true, text: as_percent },
  { key: 'luts', title: 'LUTs', number: true },
  { key: 'certified_bits', title: 'Safe from', number: true },
  graded,
];

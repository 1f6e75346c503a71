// SPDX-License-Identifier: Apache-2.0
// The charts of a run: which specification, how to read it, and its numbers as a table.
import activity from '../specs/run_activity.vl.json';
import channels from '../specs/run_channels.vl.json';
import costs from '../specs/run_costs.vl.json';
import steps from '../specs/run_steps.vl.json';
import type { chart_text } from './chart';
import { type report, type row, table } from './data';
import { percent } from './format';
import { grade_mark } from './grade';
import type { spec } from './spec';
import type { column } from './table';

/** Blocks of memory and multipliers stand among the costs; they are no LUTs. */
export const not_luts = ['bram18', 'uram', 'dsp'];

function named(report: report, rows: row[]): row[] {
  const names = new Map(table(report, 'units').map((unit) => [unit['unit'], unit['name']]));
  return rows.map((row) => ({ ...row, name: names.get(row['unit'] ?? null) ?? String(row['unit']) }));
}

const unit: column = { key: 'name', title: 'Unit' };
const number = (key: string, title: string): column => ({ key, title, number: true });
const portion = (key: string, title: string): column => ({
  key,
  title,
  number: true,
  text: (v) => (typeof v === 'number' ? percent(v) : '–'),
});

export function channels_chart(report: report): chart_text {
  return {
    id: 'run_channels',
    template: channels as unknown as spec,
    title: 'Overflowing dot products by output channel',
    caption: [
      'The height of a bar is the share of the channel’s dot products in which at least one addition ' +
        'overflowed. Persistent: the finished sum does not fit either; transient: it would have. The counters are ' +
        'exact, simulated ',
      grade_mark('simulated'),
      ' on this data.',
    ],
    columns: [
      unit,
      number('channel', 'Channel'),
      number('dot_products', 'Dot products'),
      number('overflowing', 'Overflowing'),
      portion('share', 'Share'),
      number('persistent', 'Persistent'),
      number('events', 'Overflows'),
      number('certified_bits', 'Safe from (bits, proved)'),
    ],
    rows: () =>
      named(report, table(report, 'channels')).map((row) => ({
        ...row,
        share: Number(row['dot_products']) > 0 ? Number(row['overflowing']) / Number(row['dot_products']) : 0,
      })),
  };
}

export function steps_chart(report: report): chart_text {
  const capped = report.meta['log_capped'] === '1';
  return {
    id: 'run_steps',
    template: steps as unknown as spec,
    title: 'Overflow events by step of the dot product',
    caption: [
      'Step 0 is the first addition of a dot product. ',
      capped ? 'The log of this run was capped: only the events that it kept are counted here. ' : '',
      'Simulated ',
      grade_mark('simulated'),
      ' on this data.',
    ],
    columns: [unit, number('step', 'Step'), number('events', 'Logged events')],
    rows: () => named(report, table(report, 'events_by_step')),
  };
}

export function activity_chart(report: report): chart_text {
  const states = ['working', 'starved', 'blocked', 'draining'];
  return {
    id: 'run_activity',
    template: activity as unknown as spec,
    title: 'What each unit did in every cycle',
    caption: [
      'Working; starved (no input); blocked (no room at the output); draining its pipeline. The four sum to ' +
        '100% of the run’s cycles. Simulated ',
      grade_mark('simulated'),
      '; timing never depends on values.',
    ],
    columns: [unit, ...states.map((state) => number(state, state)), portion('utilization', 'Working, share')],
    rows: () =>
      named(report, table(report, 'activity')).map((row) => {
        const all = states.reduce((sum, state) => sum + Number(row[state]), 0);
        return { ...row, utilization: all > 0 ? Number(row['working']) / all : 0 };
      }),
  };
}

export function costs_chart(report: report): chart_text {
  return {
    id: 'run_costs',
    template: costs as unknown as spec,
    title: 'LUTs by term of the cost model',
    caption: [
      'The terms of the published FINN formula, before it rounds the sum down. Modelled ',
      grade_mark('modelled'),
      ': an estimate, not a synthesis result.',
    ],
    columns: [unit, { key: 'term', title: 'Term' }, number('luts', 'LUTs'), { key: 'formula', title: 'Formula' }],
    rows: () => named(report, table(report, 'costs')).filter((row) => !not_luts.includes(String(row['term']))),
  };
}

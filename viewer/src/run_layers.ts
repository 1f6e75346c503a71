// SPDX-License-Identifier: Apache-2.0
// The table of layers: one row for each unit with registers, with bars in the cells.
import type { row } from './data';
import { h } from './dom';
import { integer, percent, share } from './format';
import { grade_mark } from './grade';
import { busy_share } from './run_tracks';
import { luts_of, states, type run_facts } from './run_model';
import { number_column, sortable_table, type column } from './table';

/** A bar of `part` of the cell, and what it says. */
function bar(part: number, text: string, color: string): HTMLElement {
  return h(
    'span',
    { class: 'bar-cell' },
    h(
      'span',
      { class: 'track', 'aria-hidden': 'true' },
      h('i', { style: `width:${(100 * Math.min(1, Math.max(0, part))).toFixed(1)}%;background:${color}` }),
    ),
    h('span', {}, text),
  );
}

function marked(grade: 'proved' | 'simulated', text: string, is_hot = false): HTMLElement {
  return h('span', { class: `with-grade${is_hot ? ' hot' : ''}` }, grade_mark(grade), text);
}

export function layer_rows(facts: run_facts): row[] {
  return facts.layers.map((unit): row => {
    const { register, activity } = unit;
    const all = activity ? states.reduce((sum, state) => sum + activity[state], 0) || 1 : 1;
    return {
      name: unit.name,
      layer: unit.layer,
      bits: register.bits,
      certified: register.certified,
      claimed: register.claimed,
      overflow: register.share,
      proved: register.proved_channels,
      grade: register.grade,
      busy: activity ? activity.working / all : busy_share(facts, unit),
      starved: activity ? activity.starved / all : null,
      blocked: activity ? activity.blocked / all : null,
      luts: unit.luts.size > 0 ? luts_of(unit) : null,
      shape: `${register.rows} × ${register.columns}`,
      fold: `${unit.pe} × ${unit.simd}`,
      weights: unit.weight_type,
      input: unit.input_type,
      l1_bound: register.l1_bound,
      data_type_bound: register.data_type_bound,
      zeros: register.zeros === null ? null : register.zeros / (register.rows * register.columns),
    };
  });
}

export function layers_table(facts: run_facts): HTMLElement {
  const rows = layer_rows(facts);
  const most = Math.max(1, ...rows.map((row) => Number(row['luts'] ?? 0)));
  const share_of = (v: unknown) => (typeof v === 'number' ? percent(v, 1) : '–');
  const columns: column[] = [
    {
      key: 'name',
      title: 'Layer',
      text: (v, row) =>
        h('span', {}, String(v), row['layer'] ? h('span', { class: 'delta' }, ` ${row['layer']}`) : ''),
    },
    number_column('bits', 'P'),
    number_column('certified', 'Proven from', (v) => (typeof v === 'number' ? marked('proved', String(v)) : '–')),
    number_column('overflow', 'Overflow', (v, row) => {
      const grade = row['grade'] as 'proved' | 'simulated';
      return Number(v) > 0 ? marked('simulated', share(Number(v)), true) : marked(grade, 'none');
    }),
    number_column('busy', facts.has_states ? 'Working' : 'Busy', (v) =>
      typeof v === 'number' ? bar(v, percent(v, 1), 'var(--working)') : '–',
    ),
    number_column('starved', 'Starved', share_of),
    number_column('blocked', 'Blocked', share_of),
    number_column('luts', 'LUTs', (v) => (typeof v === 'number' ? bar(v / most, integer(v), 'var(--compute)') : '–')),
    { key: 'shape', title: 'MH × MW', number: true },
    { key: 'fold', title: 'PE × SIMD', number: true },
    { key: 'weights', title: 'Weights' },
    { key: 'input', title: 'Input' },
    number_column('claimed', 'Claimed'),
    number_column('l1_bound', 'l1 bound'),
    number_column('data_type_bound', 'Data type'),
    number_column('zeros', 'Zeros', (v) => (typeof v === 'number' ? percent(v, 0) : '–')),
  ];
  const known = columns.filter((column) =>
    rows.some((row) => row[column.key] !== null && row[column.key] !== undefined),
  );
  return sortable_table('The layers of the accelerator', known, rows, 40, 'pinned');
}

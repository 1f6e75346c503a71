// SPDX-License-Identifier: Apache-2.0
// The map with its legend, and the unit that is chosen, in words: by mouse, by the arrow keys, or from the list.
import { h } from './dom';
import { figure, type figure_text, type legend_entry } from './figure';
import { type report, type row } from './data';
import { integer, percent, share } from './format';
import { grade_mark } from './grade';
import { format_of } from './run_lead';
import { draw_map, type unit_map } from './run_map';
import { busy_share, categories_of, category_color, deepest_fifo } from './run_tracks';
import { luts_of, outside, states, type run_facts } from './run_model';
import { counted, kind_name } from './words';

function legend(facts: run_facts): legend_entry[] {
  const has_fifos = facts.links.length > 0;
  const all = categories_of(facts);
  return [
    ...(facts.layers.length > 0
      ? [
          { text: 'Width' },
          { text: 'register', color: 'var(--register)' },
          { text: 'register that overflows', color: 'var(--bad)' },
          { text: 'not proven', color: 'var(--gap)' },
        ]
      : []),
    ...(facts.has_states
      ? [{ text: 'Cycles' }, ...states.map((state) => ({ text: state as string, color: `var(--${state})` }))]
      : []),
    ...(all.length > 0
      ? [{ text: 'LUTs' }, ...all.map((name) => ({ text: name, color: category_color(name, all) }))]
      : []),
    ...(has_fifos
      ? [
          { text: 'FIFO' },
          { text: 'highest fill', color: 'var(--draining)' },
          { text: 'was full', color: 'var(--compute)' },
        ]
      : []),
  ];
}

/** What is known of a unit, term by term. */
export function unit_lines(facts: run_facts, place: number): [string, string][] {
  const unit = facts.units[place]!;
  const { register, activity } = unit;
  const lines: [string, string | null | undefined][] = [['Place', `${place + 1} of ${facts.units.length}`]];
  if (register)
    lines.push(
      ['Register', format_of(register)],
      ['Proven from', register.certified === null ? null : `${register.certified} bits`],
      ['Claimed by the file', register.claimed === null ? null : `${register.claimed} bits`],
      [
        'l1 bound, data type',
        register.l1_bound === null ? null : `${register.l1_bound}, ${register.data_type_bound} bits`,
      ],
      [
        'Dot products that overflow',
        register.share > 0
          ? `${share(register.share)} (${counted(register.events, 'event')})`
          : register.grade === 'proved'
            ? 'none, on any input'
            : 'none on this data',
      ],
      ['Shape', `${register.rows} × ${register.columns}, PE ${unit.pe}, SIMD ${unit.simd}`],
      [
        'Weights',
        register.zeros === null
          ? unit.weight_type
          : `${unit.weight_type}, ${percent(register.zeros / (register.rows * register.columns), 0)} zeros`,
      ],
      ['Input', unit.input_type],
    );
  const busy = busy_share(facts, unit);
  if (activity) {
    const all = states.reduce((sum, state) => sum + activity[state], 0) || 1;
    lines.push(
      ['Working', percent(activity.working / all, 1)],
      ['Starved, blocked', `${percent(activity.starved / all, 1)}, ${percent(activity.blocked / all, 1)}`],
    );
  } else if (busy !== null) lines.push(['Busy', percent(busy, 1)]);
  if (unit.cycles_per_frame !== null) lines.push(['Cycles a frame', integer(unit.cycles_per_frame)]);
  if (unit.luts.size > 0) lines.push(['LUTs, with its streams', integer(luts_of(unit))]);
  for (const link of facts.links.filter((one) => one.to === unit.unit)) {
    const from =
      link.from === outside ? 'the source' : (facts.units.find((one) => one.unit === link.from)?.name ?? '?');
    lines.push([
      `FIFO from ${from}`,
      link.peak === null ? `${integer(link.depth)} beats` : `${integer(link.peak)} of ${integer(link.depth)} beats`,
    ]);
  }
  return lines.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

/** The panel below the map, and what fills it. */
function detail(
  facts: run_facts,
  choose: (place: number) => void,
): { element: HTMLElement; show: (place: number) => void } {
  const list = h(
    'select',
    { change: () => choose(Number(list.value)) },
    facts.units.map((unit, place) =>
      h('option', { value: place }, unit.layer ? `${unit.name} (${unit.layer})` : unit.name),
    ),
  );
  const step = (by: number) => () => choose(Math.min(facts.units.length - 1, Math.max(0, Number(list.value) + by)));
  const what = h('p', { class: 'what' });
  const lines = h('dl');
  const element = h(
    'div',
    { class: 'detail' },
    h(
      'div',
      {},
      h('label', { class: 'pick' }, h('span', {}, 'Unit'), list),
      h(
        'div',
        { class: 'stepper' },
        h('button', { type: 'button', class: 'button', 'aria-label': 'The unit before', click: step(-1) }, '←'),
        h('button', { type: 'button', class: 'button', 'aria-label': 'The next unit', click: step(1) }, '→'),
      ),
      what,
    ),
    h('div', { 'aria-live': 'polite' }, lines),
  );
  const show = (place: number) => {
    const unit = facts.units[place]!;
    list.value = String(place);
    what.replaceChildren(kind_name(unit.kind), unit.layer ? `, layer ${unit.layer}` : '');
    lines.replaceChildren(
      ...unit_lines(facts, place).map(([term, said]) => h('div', {}, h('dt', {}, term), h('dd', {}, said))),
    );
  };
  return { element, show };
}

/** The unit that one looks at first: the one that overflows most, else the first layer. */
function first_choice(facts: run_facts): number {
  let best = Math.max(
    0,
    facts.units.findIndex((unit) => unit.register),
  );
  facts.units.forEach((unit, place) => {
    if ((unit.register?.share ?? 0) > (facts.units[best]?.register?.share ?? 0)) best = place;
  });
  return best;
}

export function map_figure(facts: run_facts, report: report): figure {
  let selected = first_choice(facts);
  let drawn: unit_map | null = null;
  const choose = (place: number) => {
    selected = place;
    drawn?.mark(place);
    panel.show(place);
  };
  const panel = detail(facts, choose);
  panel.show(selected);
  const keys: Record<string, number> = {
    ArrowLeft: -1,
    ArrowUp: -1,
    ArrowRight: 1,
    ArrowDown: 1,
    PageUp: -10,
    PageDown: 10,
    Home: -1e9,
    End: 1e9,
  };
  const text: figure_text = {
    id: 'run_map',
    title: 'Every unit of the accelerator in the order of the streams',
    caption: [
      'Every unit has its place from left to right (on a narrow page from top to bottom), in the order of ' +
        'the streams; arcs are the streams that skip units, a shaded band is a fork with its branches up to ' +
        'their join. ',
      h('b', {}, 'Width'),
      ': the bar is the register, the diamond ',
      grade_mark('proved'),
      ' the least width that no input overflows, the pale stretch between them what nothing proves. ',
      h('b', {}, 'Overflow'),
      ': the share of dot products; a circle ',
      grade_mark('simulated'),
      ' says none on this data, a diamond none on any. ',
      facts.has_states
        ? 'Cycles are those of the whole run, simulated. '
        : h(
            'span',
            {},
            h('b', {}, 'Busy'),
            ': the share of the run’s cycles that the unit’s fold needs; this run says no states. ',
          ),
      facts.costs.length > 0 && 'LUTs are modelled. ',
      facts.links.length > 0 && 'FIFO: the outline is the depth, the filling the highest fill in this run. ',
      'Click a unit, or choose it below; with the map in focus the arrow keys walk along the units.',
    ],
    legend: () => legend(facts),
    columns: [
      { key: 'name', title: 'Unit' },
      { key: 'kind', title: 'Kind' },
      { key: 'layer', title: 'Layer' },
      { key: 'bits', title: 'Register', number: true },
      { key: 'certified', title: 'Proven from', number: true },
      { key: 'share', title: 'Overflow', number: true, text: (v) => (typeof v === 'number' ? share(v) : '–') },
      { key: 'cycles', title: 'Cycles a frame', number: true },
      ...(facts.has_states
        ? states.map((state) => ({ key: state as string, title: state as string, number: true }))
        : []),
      { key: 'luts', title: 'LUTs', number: true },
      { key: 'depth', title: 'FIFO', number: true },
      { key: 'peak', title: 'Highest fill', number: true },
    ],
    rows: () =>
      facts.units.map((unit): row => {
        const fifo = deepest_fifo(facts, unit.unit);
        return {
          name: unit.name,
          kind: kind_name(unit.kind),
          layer: unit.layer,
          bits: unit.register?.bits ?? null,
          certified: unit.register?.certified ?? null,
          share: unit.register?.share ?? null,
          cycles: unit.cycles_per_frame,
          ...(unit.activity ?? {}),
          luts: unit.luts.size > 0 ? luts_of(unit) : null,
          depth: fifo?.depth ?? null,
          peak: fifo?.peak ?? null,
        };
      }),
    below: panel.element,
    draw: (width) => {
      drawn = draw_map(width, facts, selected, choose);
      return {
        ...drawn,
        on_key: (key) => {
          if (!(key in keys)) return false;
          choose(Math.min(facts.units.length - 1, Math.max(0, selected + keys[key]!)));
          return true;
        },
      };
    },
  };
  return new figure(text, report);
}

// SPDX-License-Identifier: Apache-2.0
// At which additions of the dot products registers overflow, layer by layer; only layers that do.
import steps from '../specs/run_steps.vl.json';
import { type report, type row, table } from './data';
import { figure, type figure_text, type picture } from './figure';
import { integer } from './format';
import { grade_mark } from './grade';
import { linear } from './scale';
import type { spec } from './spec';
import { box, canvas, label, line, shapes, shortened } from './svg';
import type { run_facts } from './run_model';
import { counted, listed } from './words';

const most_panels = 12;
const gap = 34;
const height = 108;

export interface step_panel {
  unit: number;
  name: string;
  steps: number;
  /** events by step */
  events: Map<number, number>;
  total: number;
}

/** One panel a unit that overflowed, that with the most events first. */
export function step_panels(report: report, facts: run_facts): step_panel[] {
  const panels = new Map<number, step_panel>();
  for (const row of table(report, 'events_by_step')) {
    const number = Number(row['unit']);
    const unit = facts.units.find((one) => one.unit === number);
    const panel = panels.get(number) ?? {
      unit: number,
      name: unit?.name ?? String(number),
      steps: 1,
      events: new Map<number, number>(),
      total: 0,
    };
    panels.set(number, panel);
    panel.events.set(Number(row['step']), Number(row['events']));
    panel.total += Number(row['events']);
    // A register that is looked at once a cycle counts cycles, one of the final sum nothing.
    panel.steps = Math.max(panel.steps, Number(row['step']) + 1);
    if (unit?.register?.scope === 'per_product') panel.steps = Math.max(panel.steps, unit.register.columns);
  }
  return [...panels.values()].sort((a, b) => b.total - a.total || a.unit - b.unit);
}

interface drawn_panel {
  x: number;
  y: number;
  width: number;
  steps_a_bar: number;
  panel: step_panel;
}

function draw_panel(at: drawn_panel): (Node | null)[] {
  const { panel, x: left, y: top, width, steps_a_bar } = at;
  const bars = Math.ceil(panel.steps / steps_a_bar);
  const sums = new Array<number>(bars).fill(0);
  for (const [step, events] of panel.events) sums[Math.floor(step / steps_a_bar)]! += events;
  const most = Math.max(1, ...sums);
  const y = linear([0, most], [top + height, top + 20]);
  const bar = width / bars;
  return [
    label(
      left,
      top + 12,
      shortened(`${panel.name}, ${counted(panel.steps, 'step')}`, width - 60),
      'start',
      'strong',
    ),
    label(left + width, top + 12, integer(most), 'end', 'small'),
    line(left, y(most), left + width, y(most), 'grid'),
    line(left, y(0), left + width, y(0)),
    shapes(
      sums.flatMap((sum, i) =>
        sum > 0 ? [box(left + i * bar, y(sum), Math.max(0.5, bar - (bar > 3 ? 1 : 0)), y(0) - y(sum))] : [],
      ),
      { fill: 'var(--bad)', 'data-part': 'bars' },
    ),
    label(left, top + height + 14, '0', 'start', 'small'),
    label(left + width, top + height + 14, String(panel.steps - 1), 'end', 'small'),
    label(left + width / 2, top + height + 14, 'step', 'middle', 'small'),
  ];
}

function draw(width: number, panels: step_panel[]): picture {
  const shown = panels.slice(0, most_panels);
  const columns = width < 560 || shown.length === 1 ? 1 : width > 900 && shown.length > 4 ? 3 : 2;
  const each = (width - gap * (columns - 1)) / columns;
  const places = shown.map((panel, i): drawn_panel => ({
    x: (i % columns) * (each + gap),
    y: Math.floor(i / columns) * (height + 48),
    width: each,
    steps_a_bar: Math.max(1, Math.ceil(panel.steps / (each / 3))),
    panel,
  }));
  const svg = canvas(width, Math.ceil(shown.length / columns) * (height + 48) - 20);
  svg.append(...places.flatMap(draw_panel).filter((node): node is Node => node !== null));
  return {
    svg,
    tip_at: (x, y) => {
      const at = places.find((one) => x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + height);
      if (!at) return null;
      const bars = Math.ceil(at.panel.steps / at.steps_a_bar);
      const first = Math.floor(((x - at.x) / at.width) * bars) * at.steps_a_bar;
      const last = Math.min(at.panel.steps, first + at.steps_a_bar) - 1;
      let events = 0;
      for (let step = first; step <= last; ++step) events += at.panel.events.get(step) ?? 0;
      return {
        Layer: at.panel.name,
        Step: first === last ? first : `${first} to ${last}`,
        'Logged events': integer(events),
        Grade: 'simulated: seen on this data',
      };
    },
  };
}

export function steps_figure(facts: run_facts, report: report): figure | null {
  const panels = step_panels(report, facts);
  if (panels.length === 0) return null;
  const logged = panels.reduce((sum, panel) => sum + panel.total, 0);
  const all = facts.totals.get('overflow_events') ?? logged;
  const last = table(report, 'events').length > 0 ? report.meta['log_capped'] === '1' : false;
  const text: figure_text = {
    id: 'run_steps',
    title: 'Overflow events by step of the dot product',
    caption: [
      'Events by the addition that overflowed; step 0 is the first of a dot product. Only layers that ' +
        'overflow are shown',
      panels.length > most_panels && `, and of ${integer(panels.length)} the ${most_panels} with the most events`,
      '. ',
      last && `The log of this run was capped: it kept the first ${integer(logged)} of ${integer(all)} events. `,
      'Simulated ',
      grade_mark('simulated'),
      ' on this data.',
    ],
    columns: [
      { key: 'name', title: 'Layer' },
      { key: 'step', title: 'Step', number: true },
      { key: 'events', title: 'Logged events', number: true },
    ],
    rows: () =>
      panels.flatMap((panel) =>
        [...panel.events].map(([step, events]): row => ({ name: panel.name, step, events })),
      ),
    draw: (width) => draw(width, panels),
    template: steps as unknown as spec,
  };
  return new figure(text, report);
}

const all_of = (steps: number) => (steps === 1 ? 'its only step' : `every one of its ${integer(steps)} steps`);

/** "MVAU_0 in every one of its 27 steps, MVAU_20 in 16 of its 64." */
export function steps_finding(report: report, facts: run_facts): string {
  const panels = step_panels(report, facts);
  const said = panels.map(
    ({ name, steps, events }) =>
      `${name} in ${events.size === steps ? all_of(steps) : `${integer(events.size)} of its ${integer(steps)}`}`,
  );
  return said.length > 0 ? `${listed(said, 3)}.` : '';
}

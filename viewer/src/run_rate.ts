// SPDX-License-Identifier: Apache-2.0
// What limits the frame rate: every unit at the rate that it could reach alone, and what the run reached.
import type { report, row } from './data';
import { figure, type choices, type figure_text, type picture } from './figure';
import { integer, real } from './format';
import { grade_mark } from './grade';
import { logarithmic } from './scale';
import { canvas, circle, label, line, shapes, text_width, tick_label } from './svg';
import { ladder_of, measured_cycles_per_frame, type run_facts, type unit_facts } from './run_model';
import { counted, kind_name, listed } from './words';

const row_height = 26;

/** Units of one kind and one rate: one dot. */
interface dot {
  kind: string;
  cycles: number;
  units: unit_facts[];
}

function dots_of(facts: run_facts): dot[] {
  const dots = new Map<string, dot>();
  for (const unit of facts.units) {
    if (!unit.cycles_per_frame) continue;
    const key = `${unit.kind} ${unit.cycles_per_frame}`;
    const dot = dots.get(key) ?? { kind: unit.kind, cycles: unit.cycles_per_frame, units: [] };
    dot.units.push(unit);
    dots.set(key, dot);
  }
  return [...dots.values()];
}

/** Dots of many units that have room for their number. */
function numbered(dots: dot[], x: (dot: dot) => number): dot[] {
  const many = dots.filter((dot) => dot.units.length > 3).sort((a, b) => b.units.length - a.units.length);
  return many.filter((dot, i) =>
    many.slice(0, i).every((other) => other.kind !== dot.kind || Math.abs(x(other) - x(dot)) > 15),
  );
}

function draw(width: number, facts: run_facts, chosen: choices): picture {
  const clock = Number(chosen['clock']) * 1e6;
  const dots = dots_of(facts);
  const kinds = [...new Set(dots.sort((a, b) => b.cycles - a.cycles).map((dot) => dot.kind))];
  const slowest = Math.max(...dots.map((dot) => dot.cycles));
  const fastest = Math.min(...dots.map((dot) => dot.cycles));
  const measured = measured_cycles_per_frame(facts);
  const gutter = 12 + Math.max(...kinds.map((kind) => text_width(kind_name(kind), 11)));
  const top = 26;
  const bottom = top + kinds.length * row_height;
  const low = clock / Math.max(slowest, measured ?? 0);
  const x = logarithmic([low / 1.15, (clock / fastest) * 1.15], [gutter + 8, width - 14]);
  const y = (kind: string) => top + (kinds.indexOf(kind) + 0.5) * row_height;
  const radius = (dot: dot) => Math.min(9, 3 + 1.9 * Math.sqrt(dot.units.length - 1));
  const is_limit = (dot: dot) => dot.cycles === slowest;
  const ticks = x.ticks(Math.max(2, Math.floor((width - gutter) / 78)));
  const svg = canvas(width, bottom + 40);
  const at = measured === null ? null : x(clock / measured);
  const nodes = [
    ...ticks.flatMap((tick) => [
      line(x(tick), top, x(tick), bottom, 'grid'),
      tick_label(x(tick), bottom + 15, integer(tick), width),
    ]),
    ...kinds.flatMap((kind) => [
      line(gutter, y(kind), width - 4, y(kind), 'grid'),
      label(gutter - 4, y(kind) + 4, kind_name(kind), 'end', kind === 'mvau' || kind === 'vvau' ? 'ink' : ''),
    ]),
    label((gutter + width) / 2, bottom + 33, 'frames a second that the unit alone could do', 'middle'),
    shapes(
      dots.filter((dot) => !is_limit(dot)).map((dot) => circle(x(clock / dot.cycles), y(dot.kind), radius(dot))),
      { fill: 'var(--register)', 'fill-opacity': 0.75, 'data-part': 'units' },
    ),
    shapes(
      dots.filter(is_limit).map((dot) => circle(x(clock / dot.cycles), y(dot.kind), radius(dot))),
      { fill: 'var(--bad)', 'data-part': 'limits' },
    ),
    ...numbered(dots, (dot) => x(clock / dot.cycles)).map((dot) =>
      label(x(clock / dot.cycles), y(dot.kind) + 3.5, String(dot.units.length), 'middle', 'on-dot'),
    ),
  ];
  if (at !== null) {
    const rule = line(at, top - 8, at, bottom, 'measured');
    const text = `this run: ${integer(clock / measured!)} frames/s`;
    const side = at + text_width(text, 11) > width ? 'end' : 'start';
    nodes.push(rule, label(at, top - 12, text, side, 'ink'));
  }
  svg.append(...nodes.filter((node): node is NonNullable<typeof node> => node !== null));
  return {
    svg,
    tip_at: (px, py) => {
      const near = dots.find((dot) => Math.hypot(px - x(clock / dot.cycles), py - y(dot.kind)) <= radius(dot) + 3);
      if (!near) return null;
      return {
        Units: listed(
          near.units.map((unit) => unit.name),
          4,
        ),
        'Cycles a frame': integer(near.cycles),
        'Frames a second, alone': integer(clock / near.cycles),
        Grade: 'modelled',
      };
    },
  };
}

/** What limits, and what would come of unfolding it. */
export function rate_finding(facts: run_facts): string[] {
  const [slowest, next] = ladder_of(facts);
  if (!slowest) return [];
  const clock = facts.clock_mhz * 1e6;
  const who =
    slowest.units.length === 1
      ? `${slowest.units[0]!.name} needs`
      : `${listed(
          slowest.units.map((unit) => unit.name),
          3,
        )} need`;
  const rate = integer(clock / slowest.cycles);
  return [
    `${who} ${integer(slowest.cycles)} cycles a frame and ${slowest.units.length === 1 ? 'allows' : 'allow'} ` +
      `${rate} frames a second at ${real(facts.clock_mhz)} MHz. `,
    next
      ? `Unfolding ${slowest.units.length === 1 ? 'it' : 'all of them'} brings ${integer(clock / next.cycles)} at most: ` +
        `then ${next.units.length === 1 ? next.units[0]!.name : counted(next.units.length, 'other unit')} ${next.units.length === 1 ? 'limits' : 'limit'}.`
      : '',
  ];
}

export function rate_figure(facts: run_facts, report: report): figure | null {
  if (ladder_of(facts).length === 0) return null;
  const clocks = [...new Set([100, 200, 300, facts.clock_mhz])].sort((a, b) => a - b);
  const text: figure_text = {
    id: 'run_rate',
    title: 'The frame rate that each unit could reach alone',
    caption: [
      'Each dot is a unit, or as many as its number says, at the rate that it could reach if all others ' +
        'were infinitely fast, modelled ',
      grade_mark('modelled'),
      ' from its fold. The leftmost limit the accelerator. The dashed line is what this run reached ' +
        'between its first frame and its last ',
      grade_mark('simulated'),
      '.',
    ],
    options: [
      {
        name: 'clock',
        label: 'Clock',
        value: String(facts.clock_mhz),
        options: clocks.map((clock) => ({ value: String(clock), label: `${real(clock)} MHz` })),
      },
    ],
    columns: [
      { key: 'name', title: 'Unit' },
      { key: 'kind', title: 'Kind' },
      { key: 'cycles', title: 'Cycles a frame', number: true },
      { key: 'rate', title: 'Frames a second, alone', number: true, text: (v) => integer(Number(v)) },
    ],
    rows: (chosen) =>
      facts.units
        .filter((unit) => unit.cycles_per_frame)
        .map((unit): row => ({
          name: unit.name,
          kind: kind_name(unit.kind),
          cycles: unit.cycles_per_frame,
          rate: (Number(chosen['clock']) * 1e6) / unit.cycles_per_frame!,
        })),
    draw: (width, chosen) => draw(width, facts, chosen),
  };
  return new figure(text, report);
}

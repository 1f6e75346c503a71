// SPDX-License-Identifier: Apache-2.0
// The tracks of the map, each of which tells one thing of every unit: streams, widths, overflow, cycles, LUTs, FIFOs.
import { integer } from './format';
import { logarithmic } from './scale';
import { box, circle, diamond, label, line, place as rounded, shapes, text_width } from './svg';
import { luts_of, states, type run_facts, type unit_facts } from './run_model';

export const categories = ['compute', 'threshold', 'memory', 'control', 'stream'];
const many_colors = ['--register', '--draining', '--stream', '--gap', '--starved'];

/** The colour of a category of LUTs; terms of other models take theirs in turn. */
export function category_color(category: string, all: string[]): string {
  if (categories.includes(category)) return `var(--${category})`;
  return `var(${many_colors[all.indexOf(category) % many_colors.length]})`;
}

/** Categories in the order in which they are stacked. */
export function categories_of(facts: run_facts): string[] {
  const found = new Set(facts.units.flatMap((unit) => [...unit.luts.keys()]));
  return [
    ...categories.filter((name) => found.has(name)),
    ...[...found].filter((name) => !categories.includes(name)),
  ];
}

/** Coordinates along the units (u) and across the tracks (v), as the screen's x and y or the other way round. */
export class plane {
  constructor(readonly is_upright: boolean) {}
  box(u0: number, u1: number, v0: number, v1: number): string {
    const [u, v, w, h] = [Math.min(u0, u1), Math.min(v0, v1), Math.abs(u1 - u0), Math.abs(v1 - v0)];
    return this.is_upright ? box(v, u, h, w) : box(u, v, w, h);
  }
  diamond = (u: number, v: number, r: number) => (this.is_upright ? diamond(v, u, r) : diamond(u, v, r));
  circle = (u: number, v: number, r: number) => (this.is_upright ? circle(v, u, r) : circle(u, v, r));
  point = (u: number, v: number) =>
    this.is_upright ? `${rounded(v)} ${rounded(u)}` : `${rounded(u)} ${rounded(v)}`;
  line = (u0: number, v0: number, u1: number, v1: number, style: string) =>
    this.is_upright ? line(v0, u0, v1, u1, style) : line(u0, v0, u1, v1, style);
}

/** A track: its bars stand on `base` and reach to `tip`. */
export interface track {
  name: string;
  note: string;
  size: number;
  draw: (at: layout, base: number, tip: number) => (Node | null)[];
}

export interface layout {
  on: plane;
  facts: run_facts;
  step: number;
  begin: number;
  /** the middle of a unit */
  middle: (place: number) => number;
  /** the ends of a bar */
  ends: (place: number) => [number, number];
}

function places(facts: run_facts): Map<number, number> {
  return new Map(facts.units.map((unit, place) => [unit.unit, place]));
}

function streams_track(facts: run_facts): track {
  return {
    name: 'Streams',
    note: 'in order',
    size: 54,
    draw: (at, base, tip) => {
      const numbers = places(facts);
      const chain: string[] = [];
      const arcs: string[] = [];
      const most = Math.max(
        1,
        ...facts.links.map((link) => Math.abs((numbers.get(link.to) ?? 0) - (numbers.get(link.from) ?? 0))),
      );
      for (const link of facts.links) {
        const [from, to] = [numbers.get(link.from), numbers.get(link.to)];
        if (from === undefined || to === undefined) continue;
        const [u0, u1] = [at.middle(from), at.middle(to)];
        if (to - from === 1) {
          chain.push(`M${at.on.point(u0, base)}L${at.on.point(u1, base)}`);
          continue;
        }
        const reach = base + (tip - base) * (0.35 + 0.65 * Math.sqrt((to - from) / most)) * 1.2;
        arcs.push(
          `M${at.on.point(u0, base)}C${at.on.point(u0, reach)} ${at.on.point(u1, reach)} ${at.on.point(u1, base)}`,
        );
      }
      const marks = { matrix: [] as string[], turn: [] as string[], other: [] as string[], bad: [] as string[] };
      facts.units.forEach((unit, place) => {
        const u = at.middle(place);
        const r = Math.min(3.5, Math.max(1.5, at.step / 2 - 0.5));
        if (unit.register)
          (unit.register.overflowing > 0 ? marks.bad : marks.matrix).push(
            at.on.box(u - r, u + r, base - r, base + r),
          );
        else if (['duplicate_streams', 'add_streams', 'concat_streams', 'split_stream'].includes(unit.kind))
          marks.turn.push(at.on.circle(u, base, Math.min(r, 2.8)));
        else marks.other.push(at.on.circle(u, base, 1.3));
      });
      return [
        shapes(chain, { fill: 'none', stroke: 'var(--rule)' }),
        shapes(arcs, { fill: 'none', stroke: 'var(--muted)', 'data-part': 'arcs' }),
        shapes(marks.other, { fill: 'var(--muted)' }),
        shapes(marks.turn, { fill: 'var(--paper)', stroke: 'var(--ink)' }),
        shapes(marks.matrix, { fill: 'var(--ink)' }),
        shapes(marks.bad, { fill: 'var(--bad)' }),
      ];
    },
  };
}

function width_track(facts: run_facts): track {
  return {
    name: 'Width',
    note: 'bits',
    size: 70,
    draw: (at, base, tip) => {
      const most = Math.max(
        8,
        ...facts.layers.map(({ register }) => Math.max(register.bits, register.certified ?? 0)),
      );
      const v = (bits: number) => base + (bits / most) * (tip - base);
      const parts = { register: [] as string[], bad: [] as string[], gap: [] as string[], proved: [] as string[] };
      facts.units.forEach((unit, place) => {
        if (!unit.register) return;
        const { bits, certified, overflowing } = unit.register;
        const [u0, u1] = wide_ends(at, place);
        (overflowing > 0 ? parts.bad : parts.register).push(at.on.box(u0, u1, base, v(bits)));
        if (certified !== null && certified > bits) parts.gap.push(at.on.box(u0, u1, v(bits), v(certified)));
        if (certified !== null) parts.proved.push(at.on.diamond(at.middle(place), v(certified), 3.6));
      });
      const ticks = [most >= 16 ? 8 : 4, most >= 16 ? 16 : 8, 24, 32].filter((bits) => bits <= most);
      return [
        ...ticks.flatMap((bits) => [
          at.on.line(at.begin, v(bits), at.begin + at.step * facts.units.length, v(bits), 'grid'),
          at.on.is_upright ? null : label(at.begin - 5, v(bits) + 3.5, String(bits), 'end'),
        ]),
        shapes(parts.gap, { fill: 'var(--gap)', 'data-part': 'gaps' }),
        shapes(parts.register, { fill: 'var(--register)', 'data-part': 'registers' }),
        shapes(parts.bad, { fill: 'var(--bad)', 'data-part': 'overflowing' }),
        shapes(parts.proved, { fill: 'var(--a2q)', stroke: 'var(--paper)', 'stroke-width': 1 }),
      ];
    },
  };
}

/** Layers are few among many units: their bars may take the room beside them. */
function wide_ends(at: layout, place: number): [number, number] {
  const half = Math.min(at.on.is_upright ? 5 : 6, Math.max(at.step * 0.45, Math.min(3, at.step)));
  return [at.middle(place) - half, at.middle(place) + half];
}

function overflow_track(facts: run_facts): track {
  return {
    name: 'Overflow',
    note: 'dot products',
    size: 42,
    draw: (at, base, tip) => {
      const parts = { bars: [] as string[], none: [] as string[], never: [] as string[] };
      facts.units.forEach((unit, place) => {
        if (!unit.register) return;
        const { share: part, grade } = unit.register;
        const mark = base + Math.sign(tip - base) * 3.5;
        if (part > 0)
          parts.bars.push(at.on.box(...wide_ends(at, place), base, base + Math.max(0.02, part) * (tip - base)));
        else if (grade === 'proved') parts.never.push(at.on.diamond(at.middle(place), mark, 2.6));
        else parts.none.push(at.on.circle(at.middle(place), mark, 2.1));
      });
      return [
        shapes(parts.bars, { fill: 'var(--bad)', 'data-part': 'overflow' }),
        shapes(parts.none, { fill: 'none', stroke: 'var(--muted)' }),
        shapes(parts.never, { fill: 'var(--muted)' }),
      ];
    },
  };
}

/** The share of the run's cycles in which a unit works, if it never waits: what there is where no states were seen. */
export function busy_share(facts: run_facts, unit: unit_facts): number | null {
  const [frames, cycles] = [facts.totals.get('frames'), facts.totals.get('cycles')];
  if (!frames || !cycles || unit.cycles_per_frame === null) return null;
  return Math.min(1, (frames * unit.cycles_per_frame) / cycles);
}

function cycles_track(facts: run_facts): track {
  const draw = (at: layout, base: number, tip: number): (Node | null)[] => {
    if (!facts.has_states) {
      const bars = facts.units.map((unit, place) =>
        at.on.box(...at.ends(place), base, base + (busy_share(facts, unit) ?? 0) * (tip - base)),
      );
      return [shapes(bars, { fill: 'var(--working)', 'data-part': 'busy' })];
    }
    const parts = new Map<string, string[]>(states.map((state) => [state, []]));
    facts.units.forEach((unit, place) => {
      if (!unit.activity) return;
      const all = states.reduce((sum, state) => sum + unit.activity![state], 0) || 1;
      let done = 0;
      for (const state of states) {
        const now = unit.activity[state] / all;
        if (now > 0)
          parts
            .get(state)!
            .push(at.on.box(...at.ends(place), base + done * (tip - base), base + (done + now) * (tip - base)));
        done += now;
      }
    });
    return states.map((state) => shapes(parts.get(state)!, { fill: `var(--${state})`, 'data-part': state }));
  };
  return {
    name: facts.has_states ? 'Cycles' : 'Busy',
    note: facts.has_states ? 'share of the run' : 'at its fold',
    size: 46,
    draw,
  };
}

function luts_track(facts: run_facts): track {
  return {
    name: 'LUTs',
    note: 'by category',
    size: 56,
    draw: (at, base, tip) => {
      const all = categories_of(facts);
      const most = Math.max(1, ...facts.units.map(luts_of));
      const parts = new Map<string, string[]>(all.map((name) => [name, []]));
      facts.units.forEach((unit, place) => {
        let done = 0;
        for (const name of all) {
          const luts = unit.luts.get(name) ?? 0;
          if (luts <= 0) continue;
          parts
            .get(name)!
            .push(
              at.on.box(
                ...at.ends(place),
                base + (done / most) * (tip - base),
                base + ((done + luts) / most) * (tip - base),
              ),
            );
          done += luts;
        }
      });
      return all.map((name) =>
        shapes(parts.get(name)!, { fill: category_color(name, all), 'data-part': `luts-${name}` }),
      );
    },
  };
}

/** The deepest of the FIFOs before each unit. */
export function deepest_fifo(
  facts: run_facts,
  unit: number,
): { depth: number; peak: number | null; from: number } | null {
  return facts.links
    .filter((link) => link.to === unit)
    .reduce<{ depth: number; peak: number | null; from: number } | null>(
      (best, link) => (!best || link.depth > best.depth ? link : best),
      null,
    );
}

function fifo_track(facts: run_facts): track {
  return {
    name: 'FIFO before',
    note: 'beats, log',
    size: 46,
    draw: (at, base, tip) => {
      const fifos = facts.units.map((unit) => deepest_fifo(facts, unit.unit));
      const most = Math.max(4, ...fifos.map((fifo) => fifo?.depth ?? 0));
      const v = logarithmic([1, most], [base + 0.08 * (tip - base), tip]);
      const parts = { depth: [] as string[], fill: [] as string[], full: [] as string[] };
      fifos.forEach((fifo, place) => {
        if (!fifo || fifo.depth < 1) return;
        const [u0, u1] = at.ends(place);
        parts.depth.push(at.on.box(u0, u1, base, v(fifo.depth)));
        if (fifo.peak === null || fifo.peak < 1) return;
        (fifo.peak >= fifo.depth && fifo.depth > 2 ? parts.full : parts.fill).push(
          at.on.box(u0, u1, base, v(Math.min(fifo.peak, fifo.depth))),
        );
      });
      return [
        shapes(parts.fill, { fill: 'var(--draining)', 'data-part': 'fills' }),
        shapes(parts.full, { fill: 'var(--compute)', 'data-part': 'full' }),
        shapes(parts.depth, {
          fill: 'none',
          stroke: 'var(--muted)',
          'stroke-width': at.step < 5 ? 0.4 : 0.7,
          'data-part': 'depths',
        }),
        ...(at.on.is_upright
          ? []
          : depth_labels(
              at,
              fifos.map((fifo) => fifo?.depth ?? 0),
              v,
            )),
      ];
    },
  };
}

/** Depths of the deepest FIFOs, where there is room for them. */
function depth_labels(at: layout, depths: number[], v: (depth: number) => number): SVGTextElement[] {
  const taken: [number, number][] = [];
  const order = depths.map((depth, place) => ({ depth, place })).filter((fifo) => fifo.depth > 16);
  return order
    .sort((a, b) => b.depth - a.depth)
    .flatMap(({ depth, place }) => {
      const text = integer(depth);
      const half = text_width(text, 10) / 2 + 3;
      const u = at.middle(place);
      if (taken.some(([low, high]) => u + half > low && u - half < high)) return [];
      taken.push([u - half, u + half]);
      return [label(u, v(depth) - 4, text, 'middle', 'small')];
    });
}

export function tracks_of(facts: run_facts): track[] {
  return [
    ...(facts.links.length > 0 ? [streams_track(facts)] : []),
    ...(facts.layers.length > 0 ? [width_track(facts), overflow_track(facts)] : []),
    ...(facts.has_states || facts.units.some((unit) => busy_share(facts, unit) !== null)
      ? [cycles_track(facts)]
      : []),
    ...(facts.costs.length > 0 ? [luts_track(facts)] : []),
    ...(facts.links.length > 0 ? [fifo_track(facts)] : []),
  ];
}

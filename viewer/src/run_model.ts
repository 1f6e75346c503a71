// SPDX-License-Identifier: Apache-2.0
// A run as the page speaks of it: its units with all that is known of each, and what is true of them together. Nothing
// here is typed in by hand, and what the database does not tell is null.
import { type grade, type report, type row, type value, column, table } from './data';

export const states = ['working', 'starved', 'blocked', 'draining'] as const;
export type activity = Record<(typeof states)[number], number>;

/** A unit's register, what was proven of it, and what its dot products came to. */
export interface register_facts {
  bits: number;
  overflow: string;
  scope: string;
  rows: number;
  columns: number;
  /** the least width that no input overflows */
  certified: number | null;
  claimed: number | null;
  l1_bound: number | null;
  data_type_bound: number | null;
  zeros: number | null;
  dot_products: number;
  events: number;
  overflowing: number;
  persistent: number;
  /** overflowing / dot products */
  share: number;
  proved_channels: number;
  grade: grade;
}

export interface unit_facts {
  unit: number;
  name: string;
  kind: string;
  layer: string | null;
  pe: number | null;
  simd: number | null;
  weight_type: string | null;
  input_type: string | null;
  register: register_facts | null;
  activity: activity | null;
  /** of a unit that never waits */
  cycles_per_frame: number | null;
  /** LUTs by category, its incoming streams included */
  luts: Map<string, number>;
}

export const outside = -1;

export interface link {
  from: number;
  to: number;
  bits: number | null;
  depth: number;
  peak: number | null;
}

/** Channels in the order of the table, by columns: there can be very many. */
export interface channel_columns {
  count: number;
  unit: Int32Array;
  channel: Int32Array;
  /** overflowing / dot products */
  share: Float64Array;
  /** persistent / dot products */
  persistent: Float64Array;
  /** the least width that no input overflows; 0 where it is not known */
  certified: Int32Array;
  /** 1: no input overflows it at its register's width */
  proved: Uint8Array;
  /** what a profile saw; null without one */
  seen: seen_columns | null;
}

/** By the places of the channels: the least and the greatest sum that the register looks at, and the bits for both. */
export interface seen_columns {
  low: Float64Array;
  high: Float64Array;
  /** 0 where the profile has no such channel */
  bits: Int32Array;
}

const numeric = (value: value | undefined): number | null => (typeof value === 'number' ? value : null);
const textual = (value: value | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** Flip-flops, blocks of memory and multipliers stand among the costs; they are no LUTs. */
export const not_luts = ['ff', 'bram18', 'uram', 'dsp'];

/** "with window" names: MVAU_0, layer Conv_0. */
export function full_name(unit: unit_facts): string {
  return unit.layer ? `${unit.name} · ${unit.layer}` : unit.name;
}

function read_registers(report: report): Map<number, register_facts> {
  const registers = new Map<number, register_facts>();
  for (const unit of table(report, 'units')) {
    const bits = numeric(unit['accumulator_bits']);
    if (bits === null) continue;
    registers.set(Number(unit['unit']), {
      bits,
      overflow: String(unit['overflow']),
      scope: String(unit['scope']),
      rows: Number(unit['mh']),
      columns: Number(unit['mw']),
      certified: null,
      claimed: numeric(unit['claimed_bits']),
      l1_bound: numeric(unit['l1_bound']),
      data_type_bound: numeric(unit['data_type_bound']),
      zeros: numeric(unit['zeros']),
      dot_products: 0,
      events: 0,
      overflowing: 0,
      persistent: 0,
      share: 0,
      proved_channels: 0,
      grade: 'simulated',
    });
  }
  return registers;
}

function sum_up(
  register: register_facts,
  dots: number,
  events: number,
  overflowing: number,
  persistent: number,
): void {
  register.dot_products += dots;
  register.events += events;
  register.overflowing += overflowing;
  register.persistent += persistent;
}

function read_seen(report: report, { unit, channel, count }: channel_columns): seen_columns | null {
  const get = (key: string) => column(report, 'channel_ranges', key);
  const [units, numbers] = [get('unit'), get('channel')];
  if (units.length === 0) return null;
  const key = (of: unknown, number: unknown) => Number(of) * 2 ** 32 + Number(number);
  const at = new Map(units.map((of, i) => [key(of, numbers[i]), i]));
  const [low, high, bits] = [get('low'), get('high'), get('bits')];
  const seen: seen_columns = {
    low: new Float64Array(count),
    high: new Float64Array(count),
    bits: new Int32Array(count),
  };
  for (let i = 0; i < count; ++i) {
    const place = at.get(key(unit[i], channel[i]));
    if (place === undefined) continue;
    seen.low[i] = Number(low[place]);
    seen.high[i] = Number(high[place]);
    seen.bits[i] = Number(bits[place]);
  }
  return seen;
}

/** The channels; the sums of each unit go into its register. */
function read_channels(report: report, registers: Map<number, register_facts>): channel_columns {
  const get = (key: string) => column(report, 'channels', key);
  const unit = Int32Array.from(get('unit'), Number);
  const [dots, events] = [get('dot_products'), get('events')];
  const [overflowing, persistent, certified] = [get('overflowing'), get('persistent'), get('certified_bits')];
  const count = unit.length;
  const channels: channel_columns = {
    count,
    unit,
    channel: Int32Array.from(get('channel'), Number),
    share: new Float64Array(count),
    persistent: new Float64Array(count),
    certified: new Int32Array(count),
    proved: new Uint8Array(count),
    seen: null,
  };
  channels.seen = read_seen(report, channels);
  for (let i = 0; i < count; ++i) {
    const [all, over, lasting] = [Number(dots[i]), Number(overflowing[i]), Number(persistent[i])];
    const needs = numeric(certified[i]) ?? 0;
    if (all > 0) channels.share[i] = over / all;
    if (all > 0) channels.persistent[i] = lasting / all;
    channels.certified[i] = needs;
    const register = registers.get(unit[i]!);
    if (!register) continue;
    sum_up(register, all, Number(events[i]), over, lasting);
    if (needs === 0) continue;
    register.certified = Math.max(register.certified ?? 0, needs);
    if (needs > register.bits) continue;
    channels.proved[i] = 1;
    register.proved_channels += 1;
  }
  for (const register of registers.values()) {
    register.share = register.dot_products > 0 ? register.overflowing / register.dot_products : 0;
    if (register.certified !== null && register.certified <= register.bits) register.grade = 'proved';
  }
  return channels;
}

/** One term of a price: whose, of which category, how many LUTs. */
export interface cost {
  unit: number | null;
  /** a stream's, if not a unit's */
  stream: number | null;
  hardware: string;
  category: string;
  term: string;
  amount: number;
  low: number | null;
  high: number | null;
}

/** What the terms of FINN's published formula are for, where the run does not say it. */
const finn_categories: Record<string, string> = {
  mult: 'compute',
  tree: 'compute',
  acc: 'compute',
  thr: 'threshold',
  comp: 'threshold',
  thresholds: 'threshold',
  c2: 'memory',
  buffer: 'memory',
  converter: 'control',
};

export function costs_of(report: report): cost[] {
  return table(report, 'costs').map((row) => ({
    unit: numeric(row['unit']),
    stream: numeric(row['stream']),
    hardware: textual(row['hardware']) ?? 'finn-formula',
    category: textual(row['category']) ?? finn_categories[String(row['term'])] ?? String(row['term']),
    term: String(row['term']),
    amount: Number(row['luts'] ?? 0),
    low: numeric(row['low']),
    high: numeric(row['high']),
  }));
}

export function is_luts(of: cost): boolean {
  return !not_luts.includes(of.term) && !not_luts.includes(of.category);
}

/** The streams as stored; of a run that has none, nothing is known of what is connected. */
function read_links(report: report): link[] {
  return table(report, 'streams').map((row) => ({
    from: numeric(row['from_unit']) ?? outside,
    to: numeric(row['to_unit']) ?? outside,
    bits: numeric(row['bits']),
    depth: Number(row['depth'] ?? 0),
    peak: numeric(row['peak']),
  }));
}

/** The unit that a term is counted with: its own; that which a stream feeds, or, of the last one, that which fills it. */
export function owner_of(of: cost, links: link[]): number | null {
  if (of.unit !== null) return of.unit;
  const link = of.stream === null ? undefined : links[of.stream];
  if (!link) return null;
  return link.to === outside ? link.from : link.to;
}

export interface run_facts {
  units: unit_facts[];
  /** those with registers */
  layers: (unit_facts & { register: register_facts })[];
  channels: channel_columns;
  links: link[];
  costs: cost[];
  /** the hardware whose price is told first: the stored runs' first */
  hardware: string | null;
  totals: Map<string, number>;
  clock_mhz: number;
  has_states: boolean;
}

function read_activity(report: report): Map<number, activity> {
  return new Map(
    table(report, 'activity').map((row) => [
      Number(row['unit']),
      Object.fromEntries(states.map((state) => [state, Number(row[state])])) as activity,
    ]),
  );
}

function read_unit(
  row: row,
  registers: Map<number, register_facts>,
  activities: Map<number, activity>,
): unit_facts {
  const unit = Number(row['unit']);
  return {
    unit,
    name: String(row['name']),
    kind: String(row['kind']),
    layer: textual(row['layer']),
    pe: numeric(row['pe']),
    simd: numeric(row['simd']),
    weight_type:
      textual(row['weight_type']) ?? (numeric(row['weight_bits']) === null ? null : `${row['weight_bits']} bits`),
    input_type: textual(row['input_type']),
    register: registers.get(unit) ?? null,
    activity: activities.get(unit) ?? null,
    cycles_per_frame: numeric(row['cycles_per_frame']),
    luts: new Map(),
  };
}

export function run_facts(report: report): run_facts {
  const registers = read_registers(report);
  const channels = read_channels(report, registers);
  const activities = read_activity(report);
  const units = table(report, 'units').map((row) => read_unit(row, registers, activities));
  const links = read_links(report);
  const costs = costs_of(report);
  const shown = textual(report.meta['hardware'] ?? null) ?? 'spillway';
  const hardware = costs.find((cost) => cost.hardware === shown)?.hardware ?? costs[0]?.hardware ?? null;
  const by_number = new Map(units.map((unit) => [unit.unit, unit]));
  for (const cost of costs) {
    if (cost.hardware !== hardware || !is_luts(cost)) continue;
    const owner = by_number.get(owner_of(cost, links) ?? outside);
    owner?.luts.set(cost.category, (owner.luts.get(cost.category) ?? 0) + cost.amount);
  }
  const totals = table(report, 'totals').map((row) => [String(row['key']), row['value']] as const);
  return {
    units,
    layers: units.filter((unit): unit is run_facts['layers'][number] => unit.register !== null),
    channels,
    links,
    costs,
    hardware,
    totals: new Map(totals.filter((entry): entry is [string, number] => typeof entry[1] === 'number')),
    clock_mhz: Number(report.meta['clock_mhz']) || 200,
    has_states: activities.size > 0,
  };
}

export function luts_of(unit: unit_facts): number {
  return [...unit.luts.values()].reduce((sum, luts) => sum + luts, 0);
}

/** True if every channel's certificate holds at its unit's P: then no overflow is a proof, not an observation. */
export function is_proved(facts: run_facts): boolean {
  return facts.layers.length > 0 && facts.layers.every(({ register }) => register.grade === 'proved');
}

/** Cycles between frames once the pipeline is filled, as this run took them; of one frame, all of its cycles. */
export function measured_cycles_per_frame(facts: run_facts): number | null {
  const [frames, cycles, first] = ['frames', 'cycles', 'first_frame_latency'].map((key) => facts.totals.get(key));
  if (!frames || !cycles) return null;
  return frames > 1 && first !== undefined ? (cycles - first) / (frames - 1) : cycles;
}

/** A stretch of units between a fork and the join of its branches, both included, by their places. */
export interface block {
  first: number;
  last: number;
}

/** Where more than one stream passes from the units before a place to those after it, branches are open. */
export function blocks_of(facts: run_facts): block[] {
  const at = new Map(facts.units.map((unit, place) => [unit.unit, place]));
  const open = new Array<number>(facts.units.length).fill(0);
  for (const link of facts.links) {
    const [from, to] = [at.get(link.from), at.get(link.to)];
    if (from === undefined || to === undefined) continue;
    for (let place = from; place < to; ++place) open[place] = (open[place] ?? 0) + 1;
  }
  const blocks: block[] = [];
  for (let place = 0; place < open.length; ++place) {
    if ((open[place] ?? 0) < 2) continue;
    const first = place;
    while ((open[place] ?? 0) >= 2) ++place;
    blocks.push({ first, last: place });
  }
  return blocks;
}

/** Units by the cycles that a frame takes in them, the slowest first. */
export interface rung {
  cycles: number;
  units: unit_facts[];
}

export function ladder_of(facts: run_facts): rung[] {
  const by_cycles = new Map<number, unit_facts[]>();
  for (const unit of facts.units)
    if (unit.cycles_per_frame)
      by_cycles.set(unit.cycles_per_frame, [...(by_cycles.get(unit.cycles_per_frame) ?? []), unit]);
  return [...by_cycles].map(([cycles, units]) => ({ cycles, units })).sort((a, b) => b.cycles - a.cycles);
}

// SPDX-License-Identifier: Apache-2.0
// What a run comes to, before the pictures: sentences and four numbers. A sentence whose premise fails is not printed.
import { type report, table } from './data';
import { h } from './dom';
import { integer, overflow_names, percent, points_between, real, scope_names, share } from './format';
import { grade_badge, grade_mark } from './grade';
import { tile, unit, type text } from './page';
import { costs_of, is_luts, is_proved, luts_of, measured_cycles_per_frame, type run_facts } from './run_model';
import { bits_between, counted, listed } from './words';

const verbs: Record<string, string> = { wrap: 'wrapping', saturate: 'saturating' };

/** ", every register 10 bits wide, wrapping in the innermost loop"; less where they differ. */
function registers_said(facts: run_facts): string {
  const { layers } = facts;
  if (layers.length === 0) return '';
  const ways = new Set(layers.map(({ register }) => `${register.overflow} ${register.scope}`));
  const widths = bits_between(layers.map(({ register }) => register.bits));
  const { overflow, scope } = layers[0]!.register;
  const where =
    scope === 'final' ? 'at the final sum' : scope === 'per_cycle' ? 'once a cycle' : 'in the innermost loop';
  const how = ways.size === 1 ? `, ${verbs[overflow] ?? overflow} ${where}` : ', each in its own way';
  const said = widths.includes(' to ')
    ? `registers of ${widths}`
    : layers.length === 1
      ? `a register of ${widths}`
      : `every register ${widths} wide`;
  return `, ${said}${how}`;
}

/** Whether the layers that overflow are exactly those that no training has bounded. */
function is_untrained(facts: run_facts, over: run_facts['layers']): boolean {
  const claimed = facts.layers.filter(({ register }) => register.claimed !== null);
  return (
    claimed.length + over.length === facts.layers.length &&
    over.every(({ register }) => register.claimed === null) &&
    claimed.length > 0
  );
}

/** "19 and 20" */
function numbers_said(numbers: number[]): string {
  return listed([...new Set(numbers)].sort((a, b) => a - b).map(String), 4);
}

function overflow_said(facts: run_facts): text {
  const over = facts.layers.filter(({ register }) => register.overflowing > 0);
  if (facts.layers.length === 0) return [];
  if (over.length === 0)
    return is_proved(facts)
      ? [' No addition overflowed, and no input could make one ', grade_mark('proved'), '.']
      : [' No addition overflowed on this data ', grade_mark('simulated'), '.'];
  const names = over.map(({ name, register }) => `${name} in ${share(register.share)} of its dot products`);
  const certified = over.map(({ register }) => register.certified).filter((bits) => bits !== null);
  return [
    ` ${over.length} of ${counted(facts.layers.length, 'layer')} ${over.length === 1 ? 'overflows' : 'overflow'} `,
    grade_mark('simulated'),
    `: ${listed(names, 4)}.`,
    certified.length === over.length &&
      ` ${over.length === 1 ? 'It is' : 'They are'} safe only from ${numbers_said(certified)} bits `,
    certified.length === over.length && grade_mark('proved'),
    certified.length === over.length && '.',
    is_untrained(facts, over) &&
      ` The file claims a width for every other layer, and none for ${over.length === 1 ? 'it' : 'them'}.`,
  ];
}

/** Of the layers that did not overflow: how many are proven, and how many only happened not to. */
function others_said(facts: run_facts): text | null {
  const quiet = facts.layers.filter(({ register }) => register.overflowing === 0);
  const proven = quiet.filter(({ register }) => register.grade === 'proved').length;
  const lucky = quiet.length - proven;
  if (quiet.length === 0 || (quiet.length === facts.layers.length && proven === quiet.length)) return null;
  const others =
    quiet.length === facts.layers.length
      ? `Of the ${counted(quiet.length, 'layer')}, `
      : `Of the ${counted(quiet.length, 'other')}, `;
  if (lucky === 0)
    return [
      `In the ${quiet.length === 1 ? 'other one' : `${integer(quiet.length)} others`} the width is proven `,
      grade_mark('proved'),
      '.',
    ];
  return [
    others,
    proven > 0 && `the width is proven in ${integer(proven)} `,
    proven > 0 && grade_mark('proved'),
    proven > 0 && lucky > 0 && '; in ',
    proven === 0 && 'in ',
    lucky > 0 &&
      `${proven === 0 ? 'each' : integer(lucky)} ` +
        `it is less than any certificate allows, and nothing overflowed on this data `,
    lucky > 0 && grade_mark('simulated'),
    '.',
  ];
}

export function lead(facts: run_facts): text[] {
  const frames = facts.totals.get('frames');
  if (frames === undefined) return [['This run was interrupted: what follows is what it had finished.']];
  const first: text = [
    `${counted(frames, 'frame')} through ${facts.units.length === 1 ? 'one unit' : counted(facts.units.length, 'unit')}` +
      `${registers_said(facts)}.`,
    ...overflow_said(facts),
  ];
  const others = others_said(facts);
  return others ? [first, others] : [first];
}

/** Whether all frames were read as the same class. */
function accuracy_tile(facts: run_facts): HTMLElement | null {
  const accuracy = facts.totals.get('accuracy');
  const exact = facts.totals.get('exact_accuracy');
  if (accuracy === undefined) return null;
  return tile(
    'Top-1',
    [percent(accuracy)],
    [
      exact !== undefined &&
        `${points_between(accuracy, exact, 2)} points against exact arithmetic (${percent(exact)})`,
    ],
    grade_badge('simulated'),
  );
}

function overflow_tile(facts: run_facts): HTMLElement | null {
  const over = facts.layers.filter(({ register }) => register.overflowing > 0).length;
  const events = facts.totals.get('overflow_events');
  if (events === undefined || facts.layers.length === 0) return null;
  const all = facts.totals.get('dot_products') ?? 0;
  const dots = facts.totals.get('overflowing_dot_products') ?? 0;
  const persistent = facts.totals.get('persistent_dot_products') ?? 0;
  const note =
    events === 0
      ? 'no event in any dot product'
      : `${counted(events, 'event')} in ${share(dots / Math.max(1, all))} of all dot products; ` +
        `${share(persistent / Math.max(1, dots))} of these persistent`;
  return tile(
    'Layers that overflow',
    [String(over), unit(` of ${facts.layers.length}`)],
    [note],
    grade_badge(over === 0 && is_proved(facts) ? 'proved' : 'simulated'),
  );
}

/** Microseconds, or milliseconds where these are many. */
export function time_said(microseconds: number): string {
  return microseconds < 100 ? `${real(microseconds)} µs` : `${real(microseconds / 1000)} ms`;
}

function rate_tile(facts: run_facts): HTMLElement | null {
  const cycles = measured_cycles_per_frame(facts);
  const first = facts.totals.get('first_frame_latency');
  if (!cycles) return null;
  const clock = facts.clock_mhz;
  return tile(
    'Frames a second',
    [integer((clock * 1e6) / cycles)],
    [
      `at ${real(clock)} MHz: ${integer(cycles)} cycles a frame`,
      first !== undefined && `; the first leaves after ${time_said(first / clock)}`,
    ],
    grade_badge('simulated'),
  );
}

export const hardware_names: Record<string, string> = {
  spillway: 'Spillway’s own model of its RTL',
  'finn-hls': 'FINN’s HLS units',
  'finn-rtl': 'FINN’s RTL units',
  'finn-formula': 'FINN’s published formula',
};

function price_tile(facts: run_facts, report: report): HTMLElement | null {
  const mine = costs_of(report).filter((cost) => cost.hardware === facts.hardware);
  const luts = mine.filter(is_luts);
  if (luts.length === 0) return null;
  const sum = (of: (cost: (typeof luts)[number]) => number | null) =>
    luts.reduce((all, cost) => all + (of(cost) ?? cost.amount), 0);
  const brams = mine
    .filter((cost) => cost.term === 'bram18' || cost.category === 'bram18')
    .reduce((all, cost) => all + cost.amount, 0);
  const has_band = luts.some((cost) => cost.low !== null && cost.high !== null);
  return tile(
    'LUTs',
    [integer(sum((cost) => cost.amount))],
    [
      has_band && `between ${integer(sum((cost) => cost.low))} and ${integer(sum((cost) => cost.high))}, `,
      `by ${hardware_names[facts.hardware ?? ''] ?? facts.hardware}`,
      brams > 0 && `, with ${integer(brams)} RAMB18`,
    ],
    grade_badge('modelled'),
  );
}

function flips_tile(facts: run_facts, report: report): HTMLElement | null {
  const frames = facts.totals.get('frames');
  const error = facts.totals.get('mean_abs_error');
  if (frames === undefined || error === undefined) return null;
  const flips = table(report, 'flip_counts').reduce((sum, row) => sum + Number(row['frames']), 0);
  return tile(
    'Frames flipped',
    [integer(flips)],
    [`of ${integer(frames)} changed their class; mean |logit error| ${real(error)}`],
    grade_badge('simulated'),
  );
}

export function tiles(facts: run_facts, report: report): HTMLElement {
  return h(
    'dl',
    { class: 'tiles', 'aria-label': 'Summary' },
    accuracy_tile(facts),
    overflow_tile(facts),
    flips_tile(facts, report),
    rate_tile(facts),
    price_tile(facts, report),
  );
}

/** "10 bits, wraps, innermost loop". */
export function format_of(register: { bits: number; overflow: string; scope: string }): string {
  const how = overflow_names[register.overflow as 'wrap'] ?? register.overflow;
  return `${register.bits} bits, ${how}, ${scope_names[register.scope as 'final'] ?? register.scope}`;
}

export function total_luts(facts: run_facts): number {
  return facts.units.reduce((sum, of) => sum + luts_of(of), 0);
}

// SPDX-License-Identifier: Apache-2.0
// What a study comes to, computed from its points. Nothing here is typed in by hand.
import type { order_trial, overflow, point, scope } from './data';

/** One width of the accumulator: what it costs, and what it does to each network. */
export interface width_facts {
  bits: number;
  luts: number;
  wrap: point | null;
  saturate: point | null;
  a2q: point | null;
  a2q_plus: point | null;
}

export interface study_facts {
  frames: number;
  /** QAT at its widest accumulator: what all losses are measured from */
  wide: point;
  /** the least P at which no input can overflow the QAT network */
  safe_bits: number;
  /** the innermost scope that was simulated; the ledger and the lead speak of it */
  scope: scope;
  /** from the widest to the narrowest */
  widths: width_facts[];
  /** the least P down to which the A2Q networks, proven at every P, stay within `tolerance` of `wide` */
  least_a2q: point | null;
  /** the same of A2Q+ */
  least_a2q_plus: point | null;
  /** the widest P at which the QAT network, wrapping, loses more than twice `tolerance` */
  broken: width_facts | null;
  /** the widest P at which it loses that much whether it wraps or saturates */
  lost: width_facts | null;
  /** LUTs of one accumulator bit, between the widest and the narrowest accumulator */
  luts_per_bit: number | null;
}

/** One percentage point of top-1. */
export const tolerance = 0.01;
const rounding = 1e-9;

function find(points: point[], bits: number, overflow: overflow, scope: scope): point | null {
  return (
    points.find((p) => p.method === 'qat' && p.bits === bits && p.overflow === overflow && p.scope === scope) ?? null
  );
}

function least_within(wide: point, trained: point[]): point | null {
  let least: point | null = null;
  for (const p of [...trained].sort((a, b) => b.bits - a.bits)) {
    if (p.grade !== 'proved' || p.accuracy < wide.accuracy - tolerance - rounding) break;
    least = p;
  }
  return least;
}

function loses(wide: point, now: point | null): boolean {
  return now !== null && now.accuracy < wide.accuracy - 2 * tolerance - rounding;
}

/** Null while a study has not finished its first QAT point. */
export function study_facts(points: point[]): study_facts | null {
  const qat = points.filter((p) => p.method === 'qat');
  const a2q = points.filter((p) => p.method === 'a2q');
  const a2q_plus = points.filter((p) => p.method === 'a2q_plus');
  if (qat.length === 0) return null;
  const wide = qat.reduce((best, p) => (p.bits > best.bits ? p : best));
  const scope =
    (['per_product', 'per_cycle', 'final'] as scope[]).find((s) =>
      qat.some((p) => p.bits < wide.bits && p.scope === s),
    ) ?? 'per_product';
  const bits = [...new Set(points.map((p) => p.bits))].sort((a, b) => b - a);
  const widths = bits.map((P) => ({
    bits: P,
    luts: points.find((p) => p.bits === P)!.luts,
    wrap: find(qat, P, 'wrap', scope),
    saturate: find(qat, P, 'saturate', scope),
    a2q: a2q.find((p) => p.bits === P) ?? null,
    a2q_plus: a2q_plus.find((p) => p.bits === P) ?? null,
  }));
  const first = widths[0]!;
  const last = widths[widths.length - 1]!;
  return {
    frames: wide.frames,
    wide,
    safe_bits: wide.certified_bits,
    scope,
    widths,
    least_a2q: least_within(wide, a2q),
    least_a2q_plus: least_within(wide, a2q_plus),
    broken: widths.find((w) => loses(wide, w.wrap)) ?? null,
    lost: widths.find((w) => loses(wide, w.wrap) && loses(wide, w.saturate)) ?? null,
    luts_per_bit: first.bits > last.bits ? (first.luts - last.luts) / (first.bits - last.bits) : null,
  };
}

/** The share of LUTs that `now` saves against `before`. */
export function saving(before: number, now: number): number {
  return before > 0 ? 1 - now / before : 0;
}

/** The widest P at which more than `share` of the dot products overflow. */
export function first_overflow(points: point[], scope: scope, share: number): point | null {
  const over = points.filter(
    (p) => p.method === 'qat' && p.scope === scope && p.overflowing / p.dot_products > share,
  );
  return over.reduce<point | null>((best, p) => (!best || p.bits > best.bits ? p : best), null);
}

export interface order_facts {
  bits: number;
  orders: number;
  /** over the random orders, saturating after each product */
  accuracy: [number, number];
  error: [number, number];
  hardware: order_trial | null;
  final: order_trial | null;
}

/** By P, the widest first. */
export function order_facts(trials: order_trial[]): order_facts[] {
  const bits = [...new Set(trials.map((t) => t.bits))].sort((a, b) => b - a);
  const range = (values: number[]): [number, number] =>
    values.reduce<[number, number]>(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
  return bits.map((P) => {
    const inner = trials.filter((t) => t.bits === P && t.scope === 'per_product');
    const random = inner.filter((t) => t.trial >= 0);
    return {
      bits: P,
      orders: random.length,
      accuracy: range(random.map((t) => t.accuracy)),
      error: range(random.map((t) => t.mean_abs_error)),
      hardware: inner.find((t) => t.trial === -1) ?? null,
      final: trials.find((t) => t.bits === P && t.scope === 'final') ?? null,
    };
  });
}

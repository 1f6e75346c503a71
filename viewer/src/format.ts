// SPDX-License-Identifier: Apache-2.0
// How numbers and the data's words are written for people.
import type { overflow, scope, value } from './data';

const locale = 'en';

export const overflow_names: Record<overflow, string> = { wrap: 'wraps', saturate: 'saturates' };
export const scope_names: Record<scope, string> = {
  per_product: 'innermost loop',
  per_cycle: 'per cycle',
  final: 'final sum',
};
export const method_names: Record<string, string> = { qat: 'QAT', a2q: 'A2Q', a2q_plus: 'A2Q+' };

export function integer(n: number): string {
  return Math.round(n).toLocaleString(locale).replace('-', '−');
}

/** 0.91534 → "91.53%" */
export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)}%`;
}

/** A share that may be tiny: "0", "0.002%", "3.1%", "48%". */
export function share(part: number): string {
  if (part === 0) return '0';
  const p = 100 * part;
  if (p < 100 && p >= 99.5) return `${(Math.floor(p * 100) / 100).toFixed(p >= 99.95 ? 2 : 1)}%`;
  if (p >= 10) return `${p.toFixed(0)}%`;
  if (p >= 1) return `${p.toFixed(1)}%`;
  return `${p.toLocaleString(locale, { maximumSignificantDigits: 2, maximumFractionDigits: 12 })}%`;
}

/** Percentage points between two shares, with a sign: "−1.4". */
export function points_between(share_now: number, share_before: number, digits = 1): string {
  const difference = 100 * (share_now - share_before);
  const text = Math.abs(difference).toFixed(digits);
  if (Number(text) === 0) return '±0';
  return `${difference < 0 ? '−' : '+'}${text}`;
}

/** Three or four significant digits, without an exponent where people don't need one. */
export function real(n: number): string {
  if (n === 0) return '0';
  const size = Math.abs(n);
  if (size >= 1e7 || size < 1e-4) return n.toExponential(2).replace('e+', ' × 10^').replace('e-', ' × 10^−');
  return n.toLocaleString(locale, { maximumSignificantDigits: size >= 1000 ? 5 : 3 });
}

/** Names of things that happen to be numbers: "1005", not "1,005". */
export function plain(value: value | undefined): string {
  return value === null || value === undefined ? '–' : String(value);
}

export function cell_text(value: value | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? integer(value) : real(value);
}

/** RFC 4180, with a head line. */
export function csv(columns: string[], rows: value[][]): string {
  const field = (value: value | undefined) => {
    const text = value === null || value === undefined ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((cells) => cells.map(field).join(',')).join('\n') + '\n';
}

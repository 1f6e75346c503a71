// SPDX-License-Identifier: Apache-2.0
// The totals of two runs, side by side.
import { frames_a_second, has_same_frames, luts_in, type compared } from './comparison_model';
import type { comparison, grade, report } from './data';
import { h } from './dom';
import { integer, percent, points_between, real, share } from './format';
import { grade_mark } from './grade';
import type { part } from './page';
import { change_said, side_by_side, type fact } from './pairs';
import { hardware_names, time_said } from './run_lead';
import { is_luts, is_proved, measured_cycles_per_frame, type run_facts } from './run_model';
import { bits_between } from './words';

type of_run<T> = (facts: run_facts, report: report) => T;

function marked(grade: grade, text: string): Node {
  return h('span', { class: 'with-grade' }, grade_mark(grade), text);
}

/** "9 to 12 bits"; null of a run without registers. */
export function registers_of(facts: run_facts): string | null {
  if (facts.layers.length === 0) return null;
  return bits_between(facts.layers.map(({ register }) => register.bits));
}

function overflow_of(facts: run_facts): string | Node {
  const over = facts.layers.filter(({ register }) => register.overflowing > 0).length;
  if (over > 0) return marked('simulated', `${over} of ${facts.layers.length}`);
  return is_proved(facts) ? marked('proved', 'none, on any input') : marked('simulated', 'none on this data');
}

/** LUTs from and to, where the error of every kind of unit is known. */
function band_of(facts: run_facts): [number, number] | null {
  const mine = facts.costs.filter((cost) => cost.hardware === facts.hardware && is_luts(cost));
  if (!mine.some((cost) => cost.low !== null && cost.high !== null)) return null;
  const sum = (end: 'low' | 'high') => mine.reduce((all, cost) => all + (cost[end] ?? cost.amount), 0);
  return [sum('low'), sum('high')];
}

function amount_of(term: string): of_run<number | null> {
  return (facts) => {
    const mine = facts.costs.filter((cost) => cost.hardware === facts.hardware && cost.term === term);
    return mine.length === 0 ? null : mine.reduce((sum, cost) => sum + cost.amount, 0);
  };
}

function overlap_said(a: run_facts, b: run_facts): string {
  const [one, other] = [band_of(a), band_of(b)];
  if (!one || !other) return '';
  return one[0] <= other[1] && other[0] <= one[1] ? 'the bands overlap' : 'the bands are apart';
}

function facts_of(report: comparison, now: compared): fact[] {
  const both = (title: string, of: of_run<string | Node>, note = ''): fact => ({
    title,
    note,
    a: of(now.a, report.a),
    b: of(now.b, report.b),
  });
  const word = (title: string, key: string): fact =>
    both(
      title,
      (_, run) => run.meta[key] || '–',
      report.a.meta[key] && report.a.meta[key] === report.b.meta[key] ? 'the same' : '',
    );
  /** Counts over frames grow with these. */
  const over_frames = (one: fact): fact => (has_same_frames(now) ? one : { ...one, note: '' });
  const number = (title: string, of: of_run<number | null>, text = integer, grade?: grade): fact => {
    const [one, other] = [of(now.a, report.a), of(now.b, report.b)];
    const said = (n: number | null) =>
      n === null ? '–' : n === 0 && grade === 'modelled' ? '0' : grade ? marked(grade, text(n)) : text(n);
    return { title, a: said(one), b: said(other), note: change_said(one, other) };
  };
  const total =
    (key: string): of_run<number | null> =>
    (facts) =>
      facts.totals.get(key) ?? null;
  const top_1 = (title: string, key: string): fact => {
    const [one, other] = [now.a.totals.get(key), now.b.totals.get(key)];
    const said = (n: number | undefined) => (n === undefined ? '–' : marked('simulated', percent(n)));
    return {
      title,
      a: said(one),
      b: said(other),
      note: one === undefined || other === undefined || !has_same_frames(now) ? '' : `${points_between(other, one, 2)} points`,
    };
  };
  const luts = (title: string, of: of_run<number | null>): fact => {
    const one = number(title, of, integer, 'modelled');
    return now.has_one_hardware ? one : { ...one, note: '' };
  };
  return [
    word('Directory', 'directory'),
    word('Network', 'network'),
    word('Data', 'dataset'),
    both('Registers', (facts) => registers_of(facts) ?? '–'),
    number('Frames', total('frames')),
    top_1('Top-1', 'accuracy'),
    top_1('Top-1 in exact arithmetic', 'exact_accuracy'),
    both('Layers that overflow', overflow_of),
    over_frames(number('Overflow events', total('overflow_events'), integer, 'simulated')),
    number(
      'Dot products that overflow',
      (facts) =>
        (facts.totals.get('overflowing_dot_products') ?? 0) / Math.max(1, facts.totals.get('dot_products') ?? 0),
      share,
      'simulated',
    ),
    luts('LUTs', luts_in),
    both(
      'between',
      (facts) => {
        const band = band_of(facts);
        return band ? `${integer(band[0])} and ${integer(band[1])}` : '–';
      },
      now.has_one_hardware ? overlap_said(now.a, now.b) : '',
    ),
    luts('Flip-flops', amount_of('ff')),
    luts('RAMB18', amount_of('bram18')),
    luts('UltraRAM', amount_of('uram')),
    luts('DSP', amount_of('dsp')),
    both('Priced by', (facts) => hardware_names[facts.hardware ?? ''] ?? facts.hardware ?? '–'),
    word('Device', 'device'),
    number('Cycles a frame', measured_cycles_per_frame, integer, 'simulated'),
    number('Frames a second', frames_a_second, integer, 'simulated'),
    number('Clock, MHz', (facts) => facts.clock_mhz, real),
    both('The first frame leaves after', (facts) => {
      const first = facts.totals.get('first_frame_latency');
      return first === undefined ? '–' : time_said(first / facts.clock_mhz);
    }),
    word('Engine', 'engine'),
    word('Version', 'version'),
    both('Made with', (_, run) => h('code', {}, run.meta['command'] || '–')),
  ];
}

export function totals_part(report: comparison, now: compared): part {
  return {
    id: 'totals',
    title: 'Totals',
    said: 'side by side',
    heading: 'The totals, side by side',
    finding: [],
    content: [side_by_side('Two runs side by side', facts_of(report, now))],
  };
}

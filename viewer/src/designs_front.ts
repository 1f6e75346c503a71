// SPDX-License-Identifier: Apache-2.0
// Accuracy against LUTs, with the fronts of proven and of simulated designs; and accuracy against the width P.
import fronts_spec from '../specs/fronts.vl.json';
import type { report, row } from './data';
import {
  chosen_designs,
  front,
  policy_name,
  rate_said,
  score_said,
  type choice,
  type design,
  type study,
} from './designs_model';
import { figure, type choices, type figure_text, type legend_entry } from './figure';
import { integer, method_names, percent, share } from './format';
import { grade_mark } from './grade';
import { linear, logarithmic } from './scale';
import { draw_scatter, type curve, type level, type mark } from './scatter';
import type { spec } from './spec';
import type { tip } from './tooltip';

const most_drawn = 5000;
const drawn_beside_fronts = 2000;

const method_colors: Record<string, string> = {
  qat: '--wrap',
  a2q: '--a2q',
  a2q_plus: '--plus',
  wrapnet: '--saturate',
  float: '--muted',
};
const other_colors = ['--wrap', '--saturate', '--a2q', '--plus', '--stream', '--register', '--muted'];

/** Of each design: what its colour says, and the colour. */
export function colored(
  designs: design[],
  by: string,
): { group: (design: design) => string; color: (group: string) => string; groups: string[] } {
  const group = (design: design) => (by === 'policy' ? design.policy : design.network.method);
  const groups = [...new Set(designs.map(group))].sort();
  const color = (name: string) =>
    `var(${by === 'policy' ? other_colors[groups.indexOf(name) % other_colors.length] : (method_colors[name] ?? '--muted')})`;
  return { group, color, groups };
}

const group_name = (name: string, by: string) =>
  by === 'policy' ? policy_name(name === 'asked' ? 'one width for all' : name) : (method_names[name] ?? name);

/** Whether a chart shows the designs near the best, or all. */
export const best_or_all = (is_psnr: boolean): NonNullable<figure_text['options']>[number] => ({
  name: 'show',
  label: 'Show',
  value: 'best',
  options: [
    { value: 'best', label: is_psnr ? 'the best 3 dB' : 'the best ten points' },
    { value: 'all', label: 'every design' },
  ],
});

/** A design in a few lines, for who points at it. */
export function design_tip(design: design, is_psnr: boolean): tip {
  return {
    Design: design.label,
    [is_psnr ? 'PSNR' : 'Top-1']: score_said(design.score, is_psnr),
    Between:
      design.score_low !== null && design.score_high !== null
        ? `${score_said(design.score_low, is_psnr)} and ${score_said(design.score_high, is_psnr)}`
        : null,
    Overflow: overflow_said(design),
    LUTs: design.luts === null ? null : integer(design.luts),
    'Price between':
      design.luts_low !== null && design.luts_high !== null
        ? `${integer(design.luts_low)} and ${integer(design.luts_high)}`
        : null,
    Fits: design.fits === false ? (design.shortage ?? 'no') : null,
    'Frames a second': rate_said(design.fps),
    Grade: design.grade,
    Command: design.command,
  };
}

export function overflow_said(design: design): string {
  if (design.grade === 'proved') return 'none, on any input';
  if (!design.overflowing || !design.dot_products) return 'none seen';
  return `${share(design.overflowing / design.dot_products)} of dot products`;
}

export function score_domain(designs: design[], show: string, is_psnr: boolean): [number, number] {
  const scores = designs.map((design) => design.score).filter((score) => score !== null);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const near = high - (is_psnr ? 3 : 0.1);
  const floor = show === 'best' ? Math.max(low, near) : low;
  const room = Math.max(1e-3, (high - floor) * 0.06);
  return [floor - room, high + room];
}

/** All of them, or the fronts and a part of the rest that does not depend on chance. */
function thinned(designs: design[]): design[] {
  if (designs.length <= most_drawn) return designs;
  const kept = new Set([
    ...front(designs.filter((one) => one.grade === 'proved')),
    ...front(designs.filter((one) => one.grade !== 'proved')),
  ]);
  const every = Math.ceil(designs.length / drawn_beside_fronts);
  return designs.filter((design, i) => kept.has(design) || i % every === 0);
}

export interface picked {
  a: string | null;
  b: string | null;
  /** a design was clicked */
  pick: (design: design) => void;
}

export const score_ticks = (is_psnr: boolean) => (value: number) =>
  is_psnr ? `${value.toFixed(1)} dB` : percent(value, (value * 1000) % 10 === 0 ? 0 : 1);

export function levels_of(designs: design[], is_psnr: boolean): level[] {
  if (is_psnr) return [];
  const floats = [
    ...new Set(designs.map((design) => design.network.float_accuracy).filter((score) => score !== null)),
  ];
  const best = floats.length > 0 ? Math.max(...floats) : null;
  return best === null ? [] : [{ y: best, text: `float ${percent(best, 1)}` }];
}

export function front_figure(study: study, chosen: choice, report: report, picked: picked): figure {
  const designs = chosen_designs(study.designs, chosen).filter(
    (design) => design.luts !== null && design.score !== null,
  );
  const is_psnr = study.metrics.get(chosen.data) === 'psnr';
  const legend = (now: choices): legend_entry[] => {
    const by = now['color'] ?? 'method';
    const { groups, color } = colored(designs, by);
    return [
      ...groups.map((name) => ({ text: group_name(name, by), color: color(name) })),
      { text: 'proved', grade: 'proved' },
      { text: 'simulated', grade: 'simulated' },
      { text: 'front, proved', color: 'var(--ink)', is_line: true },
      { text: 'front, simulated', color: 'var(--ink)', is_line: true, is_dashed: true },
    ];
  };
  const fronts = (now: choices): curve[] => {
    const { group, color, groups } = colored(designs, now['color'] ?? 'method');
    const of = (list: design[], tint: string): curve[] =>
      (['proved', 'simulated'] as const).map((grade) => ({
        points: front(list.filter((design) => design.grade === grade)).map((design): [number, number] => [
          design.luts!,
          design.score!,
        ]),
        color: tint,
        is_dashed: grade === 'simulated',
        is_stepped: true,
      }));
    return now['fronts'] === 'colors'
      ? groups.flatMap((name) =>
          of(
            designs.filter((design) => group(design) === name),
            color(name),
          ),
        )
      : of(designs, 'var(--ink)');
  };
  const text: figure_text = {
    id: 'fronts',
    title: is_psnr ? 'PSNR against LUTs' : 'Top-1 against LUTs',
    caption: [
      'Up and to the left is better. Filled diamonds ',
      grade_mark('proved'),
      ' are proven: no input overflows any register. Hollow circles ',
      grade_mark('simulated'),
      ' were only seen on these frames. On a front no other design of the same grade is at least as good ' +
        'and cheaper. LUTs are modelled ',
      grade_mark('modelled'),
      '; a faint mark does not fit the device. Point at a design for all that is known of it; click two, ' +
        'and they stand side by side below.',
      designs.length > most_drawn &&
        ` Of ${integer(designs.length)} designs the fronts and every ${Math.ceil(designs.length / drawn_beside_fronts)}th of the others are drawn.`,
    ],
    options: [
      {
        name: 'color',
        label: 'Colour',
        value: 'method',
        options: [
          { value: 'method', label: 'method' },
          { value: 'policy', label: 'register rule' },
        ],
      },
      {
        name: 'fronts',
        label: 'Fronts',
        value: 'grades',
        options: [
          { value: 'grades', label: 'one a grade' },
          { value: 'colors', label: 'one a colour' },
        ],
      },
      best_or_all(is_psnr),
    ],
    legend,
    columns: [
      { key: 'design', title: 'Design' },
      {
        key: 'score',
        title: is_psnr ? 'PSNR' : 'Top-1',
        number: true,
        text: (v) => score_said(Number(v), is_psnr),
      },
      { key: 'luts', title: 'LUTs', number: true },
      { key: 'grade', title: 'Grade' },
      { key: 'on_front', title: 'On the front' },
    ],
    rows: () => {
      const best = new Set([
        ...front(designs.filter((one) => one.grade === 'proved')),
        ...front(designs.filter((one) => one.grade !== 'proved')),
      ]);
      return designs.map((design): row => ({
        design: design.label,
        score: design.score,
        luts: design.luts,
        grade: design.grade,
        on_front: best.has(design) ? 'yes' : 'no',
      }));
    },
    draw: (width, now) => {
      const { group, color } = colored(designs, now['color'] ?? 'method');
      const [low, high] = score_domain(designs, now['show'] ?? 'best', is_psnr);
      const shown = thinned(designs.filter((design) => design.score! >= low));
      const luts = shown.map((design) => design.luts!);
      const [least, most] = [Math.min(...luts), Math.max(...luts)];
      const pad = Math.max(1, (most - least) * 0.04);
      const is_wide = most > 8 * least;
      const marks = shown.map((design): mark => ({
        x: design.luts!,
        y: design.score!,
        color: color(group(design)),
        is_filled: design.grade === 'proved',
        is_faint: design.fits === false,
        tip: () => design_tip(design, is_psnr),
        choose: () => picked.pick(design),
        ...(design.key === picked.a ? { name: 'A' } : design.key === picked.b ? { name: 'B' } : {}),
      }));
      return draw_scatter(
        {
          width,
          height: width < 600 ? 340 : 420,
          x: {
            scale: (range) =>
              is_wide ? logarithmic([least * 0.94, most * 1.06], range) : linear([least - pad, most + pad], range),
            text: integer,
            title: 'LUTs, modelled',
          },
          y: { scale: (range) => linear([low, high], range), text: score_ticks(is_psnr) },
        },
        marks,
        fronts(now),
        levels_of(designs, is_psnr),
      );
    },
    template: fronts_spec as unknown as spec,
  };
  return new figure(text, report);
}

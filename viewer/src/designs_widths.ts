// SPDX-License-Identifier: Apache-2.0
// Accuracy against the width P of the registers: how far a proof reaches, and what is beyond it.
import widths_spec from '../specs/widths.vl.json';
import type { report, row } from './data';
import { best_or_all, colored, design_tip, levels_of, score_domain, score_ticks, type picked } from './designs_front';
import { chosen_designs, score_said, type choice, type design, type study } from './designs_model';
import { figure, type figure_text } from './figure';
import { method_names } from './format';
import { grade_mark } from './grade';
import { linear } from './scale';
import { draw_scatter, type curve, type mark } from './scatter';
import type { spec } from './spec';

/** The best proven score at each width, or narrower: a narrower register that holds is one that a wider one holds, too. */
export function proven_by_width(designs: design[]): [number, number][] {
  const best = new Map<number, number>();
  for (const { grade, bits, score } of designs)
    if (grade === 'proved' && bits !== null && score !== null && bits < 32)
      best.set(bits, Math.max(best.get(bits) ?? -Infinity, score));
  let most = -Infinity;
  return [...best].sort((a, b) => a[0] - b[0]).map(([bits, score]) => [bits, (most = Math.max(most, score))]);
}

/** Each network's scores by width, where registers are narrower than its certificate, from its certificate on. */
function beyond_proof(
  designs: design[],
  overflow: string,
): { network: design['network']; points: [number, number][] }[] {
  const by_network = new Map<string, design[]>();
  for (const design of designs)
    if (design.bits !== null && design.score !== null && design.bits < 32)
      by_network.set(design.network.key, [...(by_network.get(design.network.key) ?? []), design]);
  return [...by_network.values()].map((list) => {
    const best = new Map<number, number>();
    for (const design of list)
      if (design.grade === 'simulated' && design.overflow === overflow)
        best.set(design.bits!, Math.max(best.get(design.bits!) ?? -Infinity, design.score!));
    const proven = list.filter((design) => design.grade === 'proved').sort((a, b) => a.bits! - b.bits!)[0];
    if (proven && !best.has(proven.bits!)) best.set(proven.bits!, proven.score!);
    return { network: list[0]!.network, points: [...best].sort((a, b) => a[0] - b[0]) };
  });
}

export function widths_figure(study: study, chosen: choice, report: report, picked: picked): figure | null {
  const designs = chosen_designs(study.designs, chosen).filter(
    (design) => design.bits !== null && design.bits < 32 && design.score !== null,
  );
  if (new Set(designs.map((design) => design.bits)).size < 2) return null;
  const is_psnr = study.metrics.get(chosen.data) === 'psnr';
  const { color, groups } = colored(designs, 'method');
  const overflows = [
    ...new Set(designs.filter((design) => design.grade === 'simulated').map((design) => design.overflow)),
  ]
    .sort()
    .reverse();
  const text: figure_text = {
    id: 'widths',
    title: is_psnr ? 'PSNR against the register’s width' : 'Top-1 against the register’s width',
    caption: [
      'P is the width that was asked for, else the widest register of the layers between the first and the ' +
        'last. Solid lines join the best proven design ',
      grade_mark('proved'),
      ' of each method at P or fewer bits; a dashed line follows one network into registers that its ' +
        'certificate no longer covers ',
      grade_mark('simulated'),
      '.',
    ],
    options: [
      ...(overflows.length > 1
        ? [
            {
              name: 'overflow',
              label: 'Beyond the proof',
              value: overflows[0]!,
              options: overflows.map((value) => ({ value, label: value === 'saturate' ? 'saturates' : 'wraps' })),
            },
          ]
        : []),
      best_or_all(is_psnr),
    ],
    legend: () => [
      ...groups.map((name) => ({ text: method_names[name] ?? name, color: color(name) })),
      { text: 'proved', grade: 'proved' },
      { text: 'simulated', grade: 'simulated' },
    ],
    columns: [
      { key: 'design', title: 'Design' },
      { key: 'bits', title: 'P', number: true },
      {
        key: 'score',
        title: is_psnr ? 'PSNR' : 'Top-1',
        number: true,
        text: (v) => score_said(Number(v), is_psnr),
      },
      { key: 'grade', title: 'Grade' },
    ],
    rows: () =>
      designs.map((design): row => ({
        design: design.label,
        bits: design.bits,
        score: design.score,
        grade: design.grade,
      })),
    draw: (width, now) => {
      const [low, high] = score_domain(designs, now['show'] ?? 'best', is_psnr);
      const overflow = now['overflow'] ?? overflows[0] ?? 'wrap';
      const shown = designs.filter((design) => design.grade === 'proved' || design.overflow === overflow);
      const bits = designs.map((design) => design.bits!);
      const marks = shown.map((design): mark => ({
        x: design.bits!,
        y: design.score!,
        color: color(design.network.method),
        is_filled: design.grade === 'proved',
        tip: () => design_tip(design, is_psnr),
        choose: () => picked.pick(design),
      }));
      const curves: curve[] = [
        ...beyond_proof(designs, overflow).map(({ network, points }) => ({
          points,
          color: color(network.method),
          is_dashed: true,
        })),
        ...groups.map((name) => ({
          points: proven_by_width(designs.filter((design) => design.network.method === name)),
          color: color(name),
          is_dashed: false,
        })),
      ];
      return draw_scatter(
        {
          width,
          height: width < 600 ? 320 : 380,
          x: {
            scale: (range) => integers(linear([Math.min(...bits) - 0.5, Math.max(...bits) + 0.5], range)),
            text: String,
            title: 'P, bits',
          },
          y: { scale: (range) => linear([low, high], range), text: score_ticks(is_psnr) },
        },
        marks,
        curves,
        levels_of(designs, is_psnr),
      );
    },
    template: widths_spec as unknown as spec,
  };
  return new figure(text, report);
}

/** Only whole numbers are widths. */
function integers(of: ReturnType<typeof linear>): ReturnType<typeof linear> {
  return Object.assign((value: number) => of(value), {
    ticks: (most: number) => of.ticks(most).filter(Number.isInteger),
  });
}

// SPDX-License-Identifier: Apache-2.0
// What each rule for registers costs: the cheapest design that keeps a share of the accuracy, as the papers compare them.
import type { report, row } from './data';
import { draw_bars } from './bars';
import {
  chosen_designs,
  cheapest,
  reference_score,
  rules,
  settled,
  type choice,
  type design,
  type found,
  type study,
} from './designs_model';
import { h } from './dom';
import { figure, segments, type binding, type figure_text } from './figure';
import { integer, percent } from './format';
import { grade_mark } from './grade';
import { categories } from './run_tracks';
import { plain_table, type column } from './table';

/** What was asked of a design. */
export interface asked {
  keep: string;
  of: string;
}

export const first_asked: asked = { keep: '0.99', of: 'best' };
const shares = ['0.95', '0.97', '0.99', '0.995'];

/** The designs that are compared with those of the chosen family: of each family those of the same goal and device. */
function of_family(study: study, chosen: choice, family: string): design[] {
  return chosen_designs(study.designs, settled(study.designs, { ...chosen, family }));
}

function least_score(study: study, designs: design[], now: asked): number | null {
  const best = reference_score(study, designs, now.of);
  return best === null ? null : best * Number(now.keep);
}

interface answer {
  found: found | null;
  /** LUTs against the cheapest with 32 bits everywhere */
  ratio: number | null;
}

function answers(study: study, designs: design[], now: asked): Map<string, answer> {
  const least = least_score(study, designs, now);
  const wide = least === null ? null : cheapest(designs, rules[0]!.is, least);
  const base = wide && 'design' in wide ? wide.design.luts : null;
  return new Map(
    rules.map((rule) => {
      const found = least === null ? null : cheapest(designs, rule.is, least);
      const ratio = found && 'design' in found && base ? found.design.luts! / base : null;
      return [rule.name, { found, ratio }];
    }),
  );
}

function cell(of: answer | undefined): Node | string {
  if (!of?.found) return '–';
  if ('why' in of.found) return h('span', { class: 'note' }, of.found.why);
  const { design } = of.found;
  return h(
    'div',
    { class: 'base' },
    h(
      'div',
      {},
      h('span', { class: 'with-grade' }, grade_mark(design.grade), integer(design.luts!)),
      of.ratio !== null &&
        h(
          'span',
          { class: 'track', 'aria-hidden': 'true' },
          h('i', { style: `width:${Math.min(100, 100 * of.ratio).toFixed(1)}%` }),
        ),
      of.ratio !== null && h('span', { class: 'ratio' }, of.ratio.toFixed(3)),
    ),
    h('div', { class: 'delta' }, design.label),
  );
}

/** A table of rules by families that follows what is asked. */
export function baselines(
  study: study,
  chosen: choice,
  now: asked,
  change: (now: asked) => void,
): { finding: string[]; element: HTMLElement } {
  const metric = study.metrics.get(chosen.data);
  const families = study.families.filter(
    (family) => study.metrics.get(settled(study.designs, { ...chosen, family }).data) === metric,
  );
  const of_each = new Map(
    families.map((family) => [family, answers(study, of_family(study, chosen, family), now)]),
  );
  const known = rules.filter((rule) =>
    families.some((family) => {
      const found = of_each.get(family)?.get(rule.name)?.found;
      return found && !('why' in found && found.why === 'not run');
    }),
  );
  const rows = known.map((rule): row => ({ rule: rule.name }));
  const goals = new Map(families.map((family) => [family, settled(study.designs, { ...chosen, family })]));
  const columns: column[] = [
    { key: 'rule', title: 'Registers of' },
    ...families.map((family): column => ({
      key: family,
      title: `${family}, ${goals.get(family)!.goal}`,
      text: (_, row) => cell(of_each.get(family)?.get(String(row['rule']))),
    })),
  ];
  const has_float = study.networks.some((network) => network.float_accuracy !== null);
  const keep: binding = {
    name: 'keep',
    label: 'Keep at least',
    value: now.keep,
    options: shares.map((value) => ({ value, label: percent(Number(value), value.length > 4 ? 1 : 0) })),
  };
  const of: binding = {
    name: 'of',
    label: 'of the best',
    value: now.of,
    options: [
      { value: 'best', label: 'in exact arithmetic' },
      { value: 'qat', label: 'QAT' },
      ...(has_float ? [{ value: 'float', label: 'float network' }] : []),
    ],
  };
  const element = h(
    'div',
    { class: 'baselines' },
    h(
      'div',
      { class: 'choices' },
      segments('baseline-keep', keep, (value) => change({ ...now, keep: value })),
      segments('baseline-of', of, (value) => change({ ...now, of: value })),
    ),
    plain_table('The cheapest design of each rule for registers', columns, rows, 'pinned'),
    h(
      'p',
      { class: 'how' },
      h('strong', {}, 'How to read it. '),
      'Of all designs that keep the chosen share, each row takes the cheapest whose registers follow its ' +
        'rule, whatever the training; the ratio is to that of 32 bits everywhere. LUTs are modelled ',
      grade_mark('modelled'),
      '; ',
      grade_mark('proved'),
      ' no input overflows it, ',
      grade_mark('simulated'),
      ' none was seen to matter.',
    ),
  );
  return { finding: finding(of_each.get(chosen.family), now), element };
}

function finding(of: Map<string, answer> | undefined, now: asked): string[] {
  const priced = [...(of ?? [])].flatMap(([name, { found, ratio }]) =>
    found && 'design' in found && ratio !== null && name !== rules[0]!.name
      ? [{ name, design: found.design, ratio }]
      : [],
  );
  const proven = priced.filter(({ design }) => design.grade === 'proved').sort((a, b) => a.ratio - b.ratio)[0];
  const seen = priced.filter(({ design }) => design.grade === 'simulated').sort((a, b) => a.ratio - b.ratio)[0];
  if (!proven && !seen) return [];
  const share = percent(Number(now.keep), now.keep.length > 4 ? 1 : 0);
  return [
    `Of the designs that keep ${share}, `,
    proven
      ? `the cheapest that is proven takes ${proven.ratio.toFixed(3)} of the LUTs of 32 bits everywhere (${proven.design.label})`
      : '',
    proven && seen ? '; ' : '',
    seen ? `what was only simulated gets to ${seen.ratio.toFixed(3)} (${seen.design.label})` : '',
    '.',
  ];
}

/** Categories of the designs that the table names, for the chosen family. */
export function breakdown_figure(study: study, chosen: choice, now: asked, report: report): figure | null {
  const found = answers(study, chosen_designs(study.designs, chosen), now);
  const designs = [...found].flatMap(([name, { found: one }]) =>
    one && 'design' in one && study.terms.has(one.design.key) ? [{ name, design: one.design }] : [],
  );
  if (designs.length === 0) return null;
  const all = [...new Set(designs.flatMap(({ design }) => [...study.terms.get(design.key)!.keys()]))];
  const order = [
    ...categories.filter((name) => all.includes(name)),
    ...all.filter((name) => !categories.includes(name)).sort(),
  ];
  const color = (name: string) => (categories.includes(name) ? `var(--${name})` : 'var(--register)');
  const text: figure_text = {
    id: 'breakdown',
    title: 'LUTs of the cheapest designs by what they are for',
    caption: [
      'One bar a row of the table above: compute multiplies and adds, threshold holds and compares the ' +
        'steps of the activation, memory the weights, stream the FIFOs. All modelled ',
      grade_mark('modelled'),
      '.',
    ],
    legend: () => order.map((name) => ({ text: name, color: color(name) })),
    columns: [
      { key: 'rule', title: 'Registers of' },
      { key: 'design', title: 'Design' },
      ...order.map((name) => ({ key: name, title: name, number: true })),
    ],
    rows: () =>
      designs.map(({ name, design }): row => ({
        rule: name,
        design: design.label,
        ...Object.fromEntries(order.map((part) => [part, study.terms.get(design.key)!.get(part) ?? 0])),
      })),
    draw: (width) =>
      draw_bars(
        width,
        designs.map(({ name, design }) => ({
          name,
          parts: study.terms.get(design.key)!,
          about: { Design: design.label },
        })),
        order,
        color,
        null,
      ),
  };
  return new figure(text, report);
}

/** "From 32 bits everywhere to certified 1,475 LUTs go, 68% of them of threshold." */
export function breakdown_finding(study: study, chosen: choice, now: asked): string[] {
  const found = answers(study, chosen_designs(study.designs, chosen), now);
  const design_of = (name: string) => {
    const one = found.get(name)?.found;
    return one && 'design' in one ? one.design : null;
  };
  const wide = design_of(rules[0]!.name);
  const best = rules
    .slice(1)
    .flatMap((rule) => (design_of(rule.name)?.grade === 'proved' ? [{ rule, design: design_of(rule.name)! }] : []))
    .sort((a, b) => a.design.luts! - b.design.luts!)[0];
  if (!wide || !best || best.design.luts! >= wide.luts!) return [];
  const [from, to] = [study.terms.get(wide.key), study.terms.get(best.design.key)];
  if (!from || !to) return [];
  const gone = wide.luts! - best.design.luts!;
  const most = [...from]
    .map(([name, luts]) => [name, luts - (to.get(name) ?? 0)] as const)
    .sort((a, b) => b[1] - a[1])[0];
  if (!most || most[1] <= 0) return [];
  return [
    `From ${rules[0]!.name} to ${best.rule.name} ${integer(gone)} LUTs go; ` +
      `${most[0]} gives ${percent(Math.min(1, most[1] / gone), 0)} of them.`,
  ];
}

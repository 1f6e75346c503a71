// SPDX-License-Identifier: Apache-2.0
// Where the LUTs go: by layer with what feeds it, by kind, or by unit.
import costs from '../specs/run_costs.vl.json';
import { type report, type row, table } from './data';
import { draw_bars, type stacked_bar } from './bars';
import { figure, type choices, type figure_text } from './figure';
import { integer, percent } from './format';
import { grade_mark } from './grade';
import type { spec } from './spec';
import { hardware_names } from './run_lead';
import { categories, category_color } from './run_tracks';
import { is_luts, owner_of, type cost, type run_facts } from './run_model';
import { kind_name, listed } from './words';

const most_units = 24;

/** The name of the layer with which each unit is counted: the next one in the order of the streams, or the last. */
function layer_of(facts: run_facts): Map<number, string> {
  const names = new Map<number, string>();
  let name = facts.layers.length > 0 ? facts.layers[facts.layers.length - 1]!.name : 'all units';
  for (const unit of [...facts.units].reverse()) {
    if (unit.register) name = unit.name;
    names.set(unit.unit, name);
  }
  return names;
}

/** Bars in the order of the units; of single units the dearest and the rest. */
export function price_bars(facts: run_facts, mine: cost[], by: string): stacked_bar[] {
  const layers = layer_of(facts);
  const units = new Map(facts.units.map((unit) => [unit.unit, unit]));
  const bars = new Map<string, stacked_bar>();
  for (const unit of facts.units) {
    const name = by === 'layer' ? layers.get(unit.unit)! : by === 'kind' ? kind_name(unit.kind) : unit.name;
    if (!bars.has(name)) bars.set(name, { name, parts: new Map() });
  }
  for (const cost of mine) {
    const unit = units.get(owner_of(cost, facts.links) ?? NaN);
    const is_stream = cost.unit === null;
    const name =
      by === 'kind' && is_stream
        ? 'streams'
        : !unit
          ? 'streams'
          : by === 'layer'
            ? layers.get(unit.unit)!
            : by === 'kind'
              ? kind_name(unit.kind)
              : unit.name;
    const bar = bars.get(name) ?? { name, parts: new Map<string, number>() };
    bars.set(name, bar);
    bar.parts.set(cost.category, (bar.parts.get(cost.category) ?? 0) + cost.amount);
  }
  const sum = (bar: stacked_bar) => [...bar.parts.values()].reduce((all, part) => all + part, 0);
  const priced = [...bars.values()].filter((bar) => sum(bar) > 0);
  if (by === 'kind') return priced.sort((a, b) => sum(b) - sum(a));
  if (by === 'layer' || priced.length <= most_units) return priced;
  const dearest = [...priced].sort((a, b) => sum(b) - sum(a));
  const rest: stacked_bar = { name: `${dearest.length - most_units} others`, parts: new Map() };
  for (const bar of dearest.slice(most_units))
    for (const [name, part] of bar.parts) rest.parts.set(name, (rest.parts.get(name) ?? 0) + part);
  return [...dearest.slice(0, most_units), rest];
}

function categories_in(mine: cost[]): string[] {
  const found = [...new Set(mine.map((cost) => cost.category))];
  return [
    ...categories.filter((name) => found.includes(name)),
    ...found.filter((name) => !categories.includes(name)),
  ];
}

function luts_by_category(mine: cost[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const cost of mine) sums.set(cost.category, (sums.get(cost.category) ?? 0) + cost.amount);
  return [...sums].sort((a, b) => b[1] - a[1]);
}

export function price_finding(facts: run_facts): string[] {
  const mine = facts.costs.filter((cost) => cost.hardware === facts.hardware && is_luts(cost));
  const sums = luts_by_category(mine);
  const all = sums.reduce((sum, [, luts]) => sum + luts, 0);
  if (all === 0) return [];
  const said = sums
    .filter(([, luts]) => luts / all >= 0.005)
    .map(([name, luts]) => `${name} ${percent(luts / all, 0)}`);
  return [
    `Of ${integer(all)} LUTs by ${hardware_names[facts.hardware ?? ''] ?? facts.hardware}: ${listed(said, 6)}.`,
  ];
}

export function price_figure(facts: run_facts, report: report): figure | null {
  const priced = facts.costs.filter(is_luts);
  if (priced.length === 0) return null;
  const hardware = [...new Set(priced.map((cost) => cost.hardware))];
  const names = new Map(facts.units.map((unit) => [unit.unit, unit.name]));
  const mine = (chosen: choices) =>
    priced.filter((cost) => cost.hardware === (chosen['hardware'] ?? facts.hardware));
  const text: figure_text = {
    id: 'run_costs',
    title: 'LUTs by category of what they are for',
    caption: (chosen) => [
      'Each bar is a layer with the units and streams that stand between it and the layer before it (or, ' +
        'by choice, all units of a kind, or a unit with the streams into it), divided by what the LUTs are ' +
        'for. Modelled ',
      grade_mark('modelled'),
      ` by ${hardware_names[chosen['hardware'] ?? facts.hardware ?? ''] ?? facts.hardware}: an estimate, not a synthesis result.`,
    ],
    options: [
      {
        name: 'by',
        label: 'Bars',
        value: facts.layers.length > 1 ? 'layer' : 'unit',
        options: [
          { value: 'layer', label: 'layers' },
          { value: 'kind', label: 'kinds of unit' },
          { value: 'unit', label: 'every unit' },
        ],
      },
      ...(hardware.length > 1
        ? [
            {
              name: 'hardware',
              label: 'Hardware',
              value: facts.hardware!,
              options: hardware.map((name) => ({ value: name, label: name })),
            },
          ]
        : []),
    ],
    legend: (chosen) => {
      const all = categories_in(mine(chosen));
      return all.map((name) => ({ text: name, color: category_color(name, all) }));
    },
    columns: [
      { key: 'name', title: 'Unit' },
      { key: 'category', title: 'For' },
      { key: 'term', title: 'Term' },
      { key: 'luts', title: 'LUTs', number: true },
      { key: 'formula', title: 'Formula' },
    ],
    rows: (chosen) =>
      table(report, 'costs').flatMap((row, i): row[] => {
        const cost = facts.costs[i]!;
        if (!is_luts(cost) || cost.hardware !== (chosen['hardware'] ?? facts.hardware)) return [];
        const link = cost.stream === null ? undefined : facts.links[cost.stream];
        const name =
          cost.unit !== null
            ? names.get(cost.unit)
            : link
              ? `${names.get(link.from) ?? 'source'} → ${names.get(link.to) ?? 'sink'}`
              : null;
        return [
          {
            name: name ?? null,
            category: cost.category,
            term: cost.term,
            luts: cost.amount,
            formula: row['formula'] ?? null,
          },
        ];
      }),
    draw: (width, chosen) => {
      const luts = mine(chosen);
      const all = categories_in(luts);
      const sum = luts.reduce((total, cost) => total + cost.amount, 0);
      return draw_bars(
        width,
        price_bars(facts, luts, chosen['by'] ?? 'layer'),
        all,
        (name) => category_color(name, all),
        sum,
      );
    },
    template: costs as unknown as spec,
  };
  return new figure(text, report);
}

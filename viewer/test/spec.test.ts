// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync } from 'node:fs';
import * as vega from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, test } from 'vitest';
import type { point, row, tables } from '../src/data';
import { bindings, complete, data_names, fitted, panels, type spec } from '../src/spec';
import type { theme } from '../src/theme';
import { make_point, some_designs, some_points } from './fixture';

const folder = new URL('../specs/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const light = read('theme-light.json') as theme;
const names = readdirSync(folder).filter((name) => name.endsWith('.vl.json'));

const some_tables: tables = {
  points: some_points as unknown as row[],
  point_channels: some_points.map((p) => ({
    point: p.point,
    channel: 0,
    dot_products: 100,
    events: p.events,
    overflowing: p.overflowing,
  })),
  order_trials: [-1, 0, 1, 2]
    .map((trial) => ({
      bits: 14,
      scope: 'per_product',
      trial,
      mean_abs_error: 4 + trial,
      accuracy: 0.8 + trial / 100,
      events: 9,
    }))
    .concat([{ bits: 14, scope: 'final', trial: -1, mean_abs_error: 1, accuracy: 0.88, events: 3 }]),
  units: [{ unit: 0, name: 'mvau_0', kind: 'mvau' }],
  channels: [
    { unit: 0, channel: 0, dot_products: 100, events: 7, overflowing: 5, persistent: 2, certified_bits: 9 },
  ],
  activity: [{ unit: 0, working: 90, starved: 5, blocked: 3, draining: 2 }],
  costs: [
    { unit: 0, term: 'base', luts: 300, formula: '300' },
    { unit: 0, term: 'bram18', luts: 4, formula: '' },
  ],
  events_by_step: [
    { unit: 0, step: 0, events: 3 },
    { unit: 0, step: 300, events: 4 },
  ],
};

/** The tables of the schema that a specification is made for. */
const tables_for = (template: spec): tables =>
  (template['usermeta'] as { schema?: string } | undefined)?.schema === 'spillway-study-2'
    ? some_designs.tables
    : some_tables;

/** Runs a specification as the page does: without eval. Fails on any warning. */
async function run(template: spec, tables: tables, choices: Record<string, string> = {}): Promise<vega.View> {
  const warnings: unknown[] = [];
  const logger = vega.logger(vega.Warn);
  logger.warn = (...message) => {
    warnings.push(message);
    return logger;
  };
  const { spec: compiled } = compile(
    fitted(complete(template, tables, light, choices), 900) as unknown as TopLevelSpec,
    { logger },
  );
  const view = new vega.View(vega.parse(compiled, undefined, { ast: true }), {
    expr: expressionInterpreter,
    renderer: 'none',
    logger,
  } as vega.ViewOptions);
  await view.runAsync();
  expect(warnings.filter((w) => !String(w).includes('fit-y'))).toEqual([]);
  return view;
}

type item = {
  datum: Record<string, number | string>;
  x: number;
  y: number;
  items?: item[];
  marktype?: string;
  name?: string;
};

/** Everything that was drawn by the layer of that name. */
function drawn(view: vega.View, layer: string): item[] {
  const found: item[] = [];
  const walk = (node: item) => {
    if (node.marktype && new RegExp(`(^|_)${layer}_marks$`).test(node.name ?? ''))
      found.push(...(node.items ?? []));
    node.items?.forEach(walk);
  };
  walk((view.scenegraph() as unknown as { root: item }).root);
  return found;
}

describe.each(names)('%s', (name) => {
  test('names only tables that a report has, and draws them without a warning', async () => {
    const template = read(name) as spec;
    expect(data_names(template).every((table) => table in tables_for(template))).toBe(true);
    expect(template['description']).toMatch(/\.$/);
    const view = await run(template, tables_for(template));
    const layers = JSON.stringify(template).match(/"name": ?"(points|bars|cells)"/g) ?? [];
    expect(drawn(view, 'points').length + drawn(view, 'bars').length + drawn(view, 'cells').length).toBeGreaterThan(
      0,
    );
    expect(layers.length).toBeGreaterThan(0);
  });

  test('survives tables without rows', async () => {
    const empty = Object.fromEntries(Object.keys(tables_for(read(name))).map((table) => [table, []]));
    const logger = vega.logger(vega.None);
    const { spec: compiled } = compile(fitted(complete(read(name), empty, light), 400) as unknown as TopLevelSpec, {
      logger,
    });
    await new vega.View(vega.parse(compiled, undefined, { ast: true }), {
      expr: expressionInterpreter,
      renderer: 'none',
      logger,
    } as vega.ViewOptions).runAsync();
  });
});

test('what is proved for a network stands in every panel, what was simulated only in its own', async () => {
  const view = await run(read('accuracy.vl.json'), some_tables);
  const points = drawn(view, 'points');
  const count = (method: string, grade: string) =>
    points.filter((p) => p.datum['method'] === method && p.datum['grade'] === grade).length;
  expect(count('a2q', 'proved')).toBe(3 * 3);
  expect(count('qat', 'simulated')).toBe(4);
  const loose = some_points.map((p) => (p.method === 'a2q' ? { ...p, grade: 'simulated' as const } : p));
  const again = drawn(
    await run(read('accuracy.vl.json'), { ...some_tables, points: loose as unknown as row[] }),
    'points',
  );
  expect(again.filter((p) => p.datum['method'] === 'a2q').length).toBe(3);
});

test('no overflow at all is drawn on a line of its own below the least rate', async () => {
  const points = drawn(await run(read('overflows.vl.json'), some_tables), 'points');
  const none = points.filter((p) => p.datum['overflowing'] === 0).map((p) => p.y);
  const some = points.filter((p) => Number(p.datum['overflowing']) > 0).map((p) => p.y);
  expect(new Set(none).size).toBe(1);
  expect(Math.max(...some)).toBeLessThan(none[0]!);
});

describe('the Pareto front', () => {
  const front = async (points: point[], layer: string) =>
    drawn(await run(read('pareto.vl.json'), { points: points as unknown as row[] }), layer)
      .map((p) => [Number(p.datum['luts']), Number(p.datum['accuracy'])])
      .sort((a, b) => a[0]! - b[0]!);

  test('leaves out what another design beats or equals at no more LUTs', async () => {
    const at = (luts: number, accuracy: number, grade: 'proved' | 'simulated' = 'proved') =>
      make_point({ luts, accuracy, grade, bits: luts });
    const points = [
      at(10, 0.5),
      at(10, 0.6),
      at(12, 0.6),
      at(13, 0.7),
      at(14, 0.65),
      at(20, 0.9),
      at(9, 0.55, 'simulated'),
      at(11, 0.8, 'simulated'),
      at(15, 0.8, 'simulated'),
    ];
    expect(await front(points, 'front_proved')).toEqual([
      [10, 0.6],
      [13, 0.7],
      [20, 0.9],
    ]);
    expect(await front(points, 'front_simulated')).toEqual([
      [9, 0.55],
      [11, 0.8],
    ]);
  });
});

describe('histograms of orders', () => {
  const fixed = some_tables['order_trials']!.filter((trial) => Number(trial['trial']) < 0);

  test('count every random order once, wherever it falls', async () => {
    const trials = Array.from({ length: 1000 }, (_, i) => ({
      bits: 14,
      scope: 'per_product',
      trial: i,
      mean_abs_error: 3 + ((i * 37) % 101) / 7,
      accuracy: 0.6 + ((i * 53) % 97) / 1000,
      events: 1,
    }));
    for (const name of ['order_error.vl.json', 'order_accuracy.vl.json']) {
      const bars = drawn(await run(read(name), { order_trials: [...fixed, ...trials] }), 'bars');
      expect(bars.reduce((sum, bar) => sum + Number(bar.datum['orders']), 0)).toBe(1000);
      for (const bar of bars) {
        expect(Number(bar.datum['low'])).toBeGreaterThanOrEqual(Number(bar.datum['from']) - 1e-9);
        expect(Number(bar.datum['high'])).toBeLessThan(Number(bar.datum['to']) + 1e-9);
      }
    }
  });

  test('show one bar where every order gives the same', async () => {
    const trials = [0, 1, 2].map((trial) => ({
      bits: 14,
      scope: 'per_product',
      trial,
      mean_abs_error: 2,
      accuracy: 0.5,
      events: 1,
    }));
    for (const name of ['order_error.vl.json', 'order_accuracy.vl.json']) {
      const bars = drawn(await run(read(name), { order_trials: [...fixed, ...trials] }), 'bars');
      expect(bars.map((bar) => bar.datum['orders'])).toEqual([3]);
      expect(Number(bars[0]!.datum['to'])).toBeGreaterThan(Number(bars[0]!.datum['from']));
    }
  });
});

test('a choice of the reader is a parameter with options and words', () => {
  expect(bindings(read('heatmap.vl.json')).map((b) => [b.name, b.options.length])).toEqual([
    ['mode', 2],
    ['where', 3],
  ]);
  const completed = complete(read('heatmap.vl.json'), some_tables, light, { mode: 'saturate' });
  const params = completed['params'] as { name: string; value: unknown; bind?: unknown }[];
  expect(params.find((p) => p.name === 'mode')).toEqual({ name: 'mode', value: 'saturate' });
});

test('completing a specification leaves template and tables as they were', () => {
  const template = read('overflows.vl.json');
  const before = JSON.stringify([template, some_tables]);
  const completed = complete(template, some_tables, light);
  (completed['datasets'] as Record<string, row[]>)['points']![0]!['bits'] = 99;
  expect(JSON.stringify([template, some_tables])).toBe(before);
});

test('small multiples stand in one row or in one column, never with a hole', () => {
  expect(panels(1100, 3).columns).toBe(3);
  expect(panels(600, 3).columns).toBe(3);
  expect(panels(599, 3).columns).toBe(1);
  expect(panels(320, 3).columns).toBe(1);
  for (let width = 300; width < 1300; width += 50) {
    const place = panels(width, 3);
    expect(place.columns * place.width).toBeLessThan(width);
  }
});

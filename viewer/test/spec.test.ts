// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync } from 'node:fs';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, test } from 'vitest';
import type { row, tables } from '../src/data';
import { complete, data_names, type spec } from '../src/spec';
import type { theme } from '../src/theme';
import { some_designs } from './fixture';

const folder = new URL('../specs/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const light = read('theme-light.json') as theme;
const names = readdirSync(folder).filter((name) => name.endsWith('.vl.json'));

const run_tables: tables = {
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

/** The tables of a study, or those of a run: whichever has all that the specification reads. */
function tables_for(template: spec): tables {
  const has_all = (tables: tables) => data_names(template).every((table) => table in tables);
  return [some_designs.tables, run_tables].find(has_all) ?? {};
}

/** Runs a specification. Fails on any warning. */
async function run(template: spec, tables: tables): Promise<vega.View> {
  const warnings: unknown[] = [];
  const logger = vega.logger(vega.Warn);
  logger.warn = (...message) => {
    warnings.push(message);
    return logger;
  };
  const { spec: compiled } = compile(complete(template, tables, light) as unknown as TopLevelSpec, { logger });
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger });
  await view.runAsync();
  expect(warnings).toEqual([]);
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
    const { spec: compiled } = compile(complete(read(name), empty, light) as unknown as TopLevelSpec, { logger });
    await new vega.View(vega.parse(compiled), { renderer: 'none', logger }).runAsync();
  });
});

test('completing a specification leaves template and tables as they were', () => {
  const template = read('run_steps.vl.json');
  const before = JSON.stringify([template, run_tables]);
  const completed = complete(template, run_tables, light);
  (completed['datasets'] as Record<string, row[]>)['units']![0]!['name'] = 'another';
  expect(JSON.stringify([template, run_tables])).toBe(before);
});

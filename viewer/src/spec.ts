// SPDX-License-Identifier: Apache-2.0
// From a specification in specs/ to what is drawn: data, theme and the width that there is.
import type { tables } from './data';
import type { theme } from './theme';

export type json = null | boolean | number | string | json[] | { [key: string]: json };
export type spec = Record<string, json>;

export interface binding {
  name: string;
  label: string;
  value: string;
  options: { value: string; label: string }[];
}

/** Every table that a specification reads. */
export function data_names(part: json): string[] {
  if (Array.isArray(part)) return [...new Set(part.flatMap(data_names))];
  if (part === null || typeof part !== 'object') return [];
  const own = part['data'] as { name?: string } | undefined;
  const named = own && typeof own.name === 'string' ? [own.name] : [];
  return [...new Set([...named, ...Object.values(part).flatMap(data_names)])];
}

/** What the reader can choose; the page offers it with controls of its own. */
export function bindings(template: spec): binding[] {
  const params = (template['params'] ?? []) as { name: string; value: string; bind?: Record<string, json> }[];
  return params
    .filter((param) => param.bind)
    .map((param) => {
      const options = param.bind!['options'] as string[];
      const labels = (param.bind!['labels'] ?? options) as string[];
      return {
        name: param.name,
        label: String(param.bind!['name'] ?? param.name),
        value: param.value,
        options: options.map((value, i) => ({ value, label: labels[i] ?? value })),
      };
    });
}

/** The specification with its data in it: complete, as drawn but for the width. */
export function complete(template: spec, tables: tables, theme: theme, choices: Record<string, string> = {}): spec {
  const spec = structuredClone(template);
  const params = ((spec['params'] ?? []) as { name: string; value: json; bind?: json }[]).map((param) => {
    const { bind: _, ...rest } = param;
    return param.name in choices ? { ...rest, value: choices[param.name]! } : rest;
  });
  spec['params'] = [...params, { name: 'theme', value: theme.colors }];
  spec['config'] = structuredClone(theme.config) as json;
  const datasets: Record<string, json> = {};
  for (const name of data_names(template)) datasets[name] = structuredClone(tables[name] ?? []) as unknown as json;
  spec['datasets'] = datasets;
  return spec;
}

const axis_room = 52; // labels of the vertical axis, which small multiples of a row share
const gap = 34; // between small multiples; the theme's facet.spacing
const least_panel = 160;
const narrow = 620; // below it, the entries of a legend stand under each other

/** How many small multiples stand side by side, and how wide each is. */
export function panels(width: number, most: number): { columns: number; width: number } {
  // All of them or one: a second row that is not full leaves a hole with an axis under it.
  const columns = width - axis_room >= most * least_panel + (most - 1) * gap ? most : 1;
  return { columns, width: Math.max(120, Math.floor((width - axis_room - (columns - 1) * gap) / columns) - 4) };
}

/** The specification for a place that is `width` pixels wide; `most` small multiples, if it has any. */
export function fitted(spec: spec, width: number, most = Number(spec['columns'] ?? 1)): spec {
  const sized: spec = { ...spec };
  if (width < narrow) {
    const config = (spec['config'] ?? {}) as spec;
    sized['config'] = { ...config, legend: { ...((config['legend'] ?? {}) as spec), columns: 1 } };
  }
  if (spec['facet'] === undefined) return { ...sized, width, autosize: { type: 'fit-x', contains: 'padding' } };
  const place = panels(width, most);
  return { ...sized, columns: place.columns, spec: { ...(spec['spec'] as spec), width: place.width } };
}

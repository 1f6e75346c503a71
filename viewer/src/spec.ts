// SPDX-License-Identifier: Apache-2.0
// From a specification in specs/ to one that is complete: with its data and its colours.
import type { tables } from './data';
import type { theme } from './theme';

export type json = null | boolean | number | string | json[] | { [key: string]: json };
export type spec = Record<string, json>;

/** Every table that a specification reads. */
export function data_names(part: json): string[] {
  if (Array.isArray(part)) return [...new Set(part.flatMap(data_names))];
  if (part === null || typeof part !== 'object') return [];
  const own = part['data'] as { name?: string } | undefined;
  const named = own && typeof own.name === 'string' ? [own.name] : [];
  return [...new Set([...named, ...Object.values(part).flatMap(data_names)])];
}

/** The specification with its data and its colours in it. */
export function complete(template: spec, tables: tables, theme: theme): spec {
  const spec = structuredClone(template);
  spec['params'] = [{ name: 'theme', value: theme.colors }];
  spec['config'] = structuredClone(theme.config) as json;
  const datasets: Record<string, json> = {};
  for (const name of data_names(template)) datasets[name] = structuredClone(tables[name] ?? []) as unknown as json;
  spec['datasets'] = datasets;
  return spec;
}

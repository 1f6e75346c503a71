// SPDX-License-Identifier: Apache-2.0
// The parts that every report has: its head, its figures' sections, its foot.
import type { entry } from './contents';
import type { report } from './data';
import { h } from './dom';
import type { drawing } from './figure';
import { grade_key } from './grade';

export type text = (string | Node | false | null | undefined)[];

export function masthead(report: report, what: string, lead: text[]): HTMLElement {
  return h(
    'header',
    { class: 'masthead' },
    h('p', { class: 'eyebrow' }, h('span', { class: 'brand' }, 'Spillway'), ` ${what}`),
    h('h1', {}, report.title),
    lead.map((paragraph) => h('p', { class: 'lead' }, ...paragraph)),
    grade_key(),
  );
}

export function section(id: string, heading: string, finding: text, ...content: (Node | null)[]): HTMLElement {
  return h(
    'section',
    { id, 'aria-labelledby': `${id}-heading` },
    h('h2', { id: `${id}-heading` }, heading),
    finding.length > 0 && h('p', { class: 'finding' }, ...finding),
    content,
  );
}

export function tile(label: string, figure: text, note: text, ...badges: Node[]): HTMLElement {
  return h(
    'div',
    { class: 'tile' },
    h('dt', {}, label),
    h('dd', { class: String(figure[0]).length > 7 ? 'figure-number long' : 'figure-number' }, ...figure),
    h('dd', { class: 'note' }, ...note),
    h('dd', { class: 'badges' }, badges),
  );
}

export function unit(text: string): HTMLElement {
  return h('span', { class: 'unit' }, text);
}

export function colophon(report: report): HTMLElement {
  const names: Record<string, string> = {
    version: 'Spillway',
    network: 'Network',
    model: 'File',
    dataset: 'Data',
    engine: 'Engine',
    configuration: 'Configuration',
    started: 'Started',
    wall_seconds: 'Wall time (s)',
    command: 'Command',
  };
  const known = Object.entries(names).filter(([key]) => report.meta[key]);
  return h(
    'footer',
    { class: 'colophon' },
    h('h2', {}, 'Where these numbers come from'),
    h(
      'dl',
      {},
      known.map(([key, name]) =>
        h(
          'div',
          { class: key === 'command' ? 'wide' : null },
          h('dt', {}, name),
          h('dd', {}, key === 'command' ? h('code', {}, report.meta[key] ?? '') : (report.meta[key] ?? '')),
        ),
      ),
    ),
    h(
      'p',
      {},
      `The tables stand as CSV in report/data beside this page, the charts as Vega-Lite specifications in
      report/specs. The page itself is one file and asks the network for nothing. It is set in Source Serif 4 and Inter
      (SIL Open Font License); the licences of all that it contains stand at the end of its source.`,
    ),
  );
}

/** A part of a page: what it is about, what it says, and what it shows. */
export interface part extends entry {
  heading: string;
  finding: text;
  content: (Node | drawing | null)[];
}

/** The sections of some parts; what is drawn in them is added to `drawings`. */
export function sections_of(parts: part[], drawings: drawing[]): HTMLElement[] {
  const node_of = (content: Node | drawing | null): Node | null => {
    if (content === null || content instanceof Node) return content;
    drawings.push(content);
    return content.element;
  };
  return parts.map((part) => section(part.id, part.heading, part.finding, ...part.content.map(node_of)));
}

export interface page {
  nodes: Node[];
  drawings: drawing[];
  /** what stands at the side; a page without has none */
  contents?: entry[];
}

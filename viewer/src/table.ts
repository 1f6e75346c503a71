// SPDX-License-Identifier: Apache-2.0
// Tables that read well, sort on request and scroll inside themselves on a narrow screen.
import type { row, value } from './data';
import { h } from './dom';
import { cell_text, integer } from './format';

export interface column {
  key: string;
  title: string;
  text?: (value: value | undefined, row: row) => string | Node;
  /** numbers stand to the right */
  number?: boolean;
}

/** A column of numbers, with text of their own where `text` is given. */
export function number_column(key: string, title: string, text?: column['text']): column {
  return { key, title, number: true, ...(text ? { text } : {}) };
}

/** A number as it is read, or a dash where there is none. */
export const rounded = (v: value | undefined): string => (typeof v === 'number' ? integer(v) : '–');

function compare(a: value | undefined, b: value | undefined): number {
  if (a === null || a === undefined) return b === null || b === undefined ? 0 : 1;
  if (b === null || b === undefined) return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

/** A stable order; empty cells last, whatever the direction. */
export function sorted(rows: row[], key: string, direction: 1 | -1): row[] {
  const empty = (row: row) => row[key] === null || row[key] === undefined;
  return [...rows].sort((a, b) =>
    empty(a) || empty(b) ? compare(a[key], b[key]) : direction * compare(a[key], b[key]),
  );
}

function body_row(columns: column[], row: row): HTMLTableRowElement {
  return h(
    'tr',
    {},
    columns.map((column) =>
      h(
        'td',
        { class: column.number ? 'number' : null },
        column.text ? column.text(row[column.key], row) : cell_text(row[column.key]),
      ),
    ),
  );
}

function framed(label: string, table: HTMLTableElement): HTMLElement {
  return h('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': label }, table);
}

const rows_a_frame = 80;

/** `most` rows at first; a button shows the rest. With the style `pinned` the first column stays. */
export function sortable_table(label: string, columns: column[], rows: row[], most = 200, style = ''): HTMLElement {
  let order: row[] = rows;
  let key = '';
  let direction: 1 | -1 = 1;
  let shown = most;
  const body = h('tbody');
  const rest = h('button', {
    type: 'button',
    class: 'button rest',
    click: () => {
      shown = rows.length;
      fill();
    },
  });
  const heads = columns.map((column) =>
    h(
      'th',
      { scope: 'col', class: column.number ? 'number' : null, 'aria-sort': 'none' },
      h('button', { type: 'button', click: () => sort(column.key) }, column.title),
    ),
  );
  /** What does not fit on a screen follows in the next frames, so that nobody waits for a long table. */
  function fill(): void {
    const now = order;
    const add = (from: number, end: number) =>
      body.append(...now.slice(from, Math.min(end, shown)).map((row) => body_row(columns, row)));
    const go_on = (from: number): void => {
      if (from >= shown || now !== order || body.children.length !== from) return;
      add(from, from + rows_a_frame);
      requestAnimationFrame(() => go_on(from + rows_a_frame));
    };
    body.replaceChildren();
    add(0, rows_a_frame);
    requestAnimationFrame(() => go_on(rows_a_frame));
    rest.hidden = shown >= rows.length;
    rest.textContent = `Show all ${rows.length.toLocaleString('en')} rows`;
  }
  function sort(by: string): void {
    direction = by === key && direction === 1 ? -1 : 1;
    key = by;
    order = sorted(rows, key, direction);
    heads.forEach((head, i) =>
      head.setAttribute(
        'aria-sort',
        columns[i]?.key !== key ? 'none' : direction === 1 ? 'ascending' : 'descending',
      ),
    );
    fill();
  }
  fill();
  const table = h(
    'table',
    { class: `data sortable ${style}`.trim() },
    h('caption', { class: 'hidden' }, `${label}; the heads sort`),
    h('thead', {}, h('tr', {}, heads)),
    body,
  );
  return h('div', { class: 'table' }, framed(label, table), rest);
}

export function plain_table(label: string, columns: column[], rows: row[], style = ''): HTMLElement {
  const head = h(
    'tr',
    {},
    columns.map((column) => h('th', { scope: 'col', class: column.number ? 'number' : null }, column.title)),
  );
  return framed(
    label,
    h(
      'table',
      { class: `data ${style}`.trim() },
      h('caption', { class: 'hidden' }, label),
      h('thead', {}, head),
      h(
        'tbody',
        {},
        rows.map((row) => body_row(columns, row)),
      ),
    ),
  );
}

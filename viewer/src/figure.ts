// SPDX-License-Identifier: Apache-2.0
// A picture that the page draws itself, with everything that belongs to it: what can be chosen, a legend, how to read
// it, its numbers as a table, downloads.
import type { report, row } from './data';
import { download, h } from './dom';
import { csv } from './format';
import { grade_mark } from './grade';
import type { grade } from './data';
import { complete, type spec } from './spec';
import { stand_alone } from './svg';
import { type column, sortable_table } from './table';
import { current_theme } from './theme';
import { hide_tooltip, show_tooltip, type tip } from './tooltip';

/** What a page redraws when its width changes. */
export interface drawing {
  readonly id: string;
  readonly element: HTMLElement;
  draw(force?: boolean): Promise<void>;
}

/** What the reader can choose, and which of it is chosen at first. */
export interface binding {
  name: string;
  label: string;
  value: string;
  options: { value: string; label: string }[];
}

export type choices = Record<string, string>;

/** An entry of a legend: a colour, a mark of a grade, or the name of those that follow. */
export interface legend_entry {
  text: string;
  color?: string;
  grade?: grade;
  is_line?: boolean;
  is_dashed?: boolean;
}

/** A drawn picture, and what stands at a place of it. */
export interface picture {
  svg: SVGSVGElement;
  tip_at?: (x: number, y: number) => tip | null;
  on_click?: (x: number, y: number) => void;
  on_key?: (key: string) => boolean;
}

export interface figure_text {
  id: string;
  /** what the picture shows: its name for those who don't see it */
  title: string;
  /** how to read it */
  caption: (string | Node | false)[] | ((chosen: choices) => (string | Node | false)[]);
  options?: binding[];
  legend?: (chosen: choices) => legend_entry[];
  /** the same numbers as a table */
  columns: column[];
  rows: (chosen: choices) => row[];
  draw: (width: number, chosen: choices) => picture;
  /** what stands below the picture */
  below?: Node;
  /** the same numbers as a Vega-Lite specification */
  template?: spec;
}

function legend_item(entry: legend_entry): HTMLElement {
  if (entry.color === undefined && entry.grade === undefined) return h('li', { class: 'head' }, entry.text);
  if (entry.grade !== undefined) return h('li', {}, grade_mark(entry.grade), entry.text);
  const style = entry.is_line
    ? `border-top-color:${entry.color};border-top-style:${entry.is_dashed ? 'dashed' : 'solid'}`
    : `background:${entry.color}`;
  return h('li', {}, h('i', { class: entry.is_line ? 'line' : null, style, 'aria-hidden': 'true' }), entry.text);
}

/** Buttons of which one is pressed, as radio buttons: arrow keys choose. */
export function segments(name: string, choice: binding, change: (value: string) => void): HTMLElement {
  const option = (of: { value: string; label: string }) =>
    h(
      'label',
      {},
      h('input', {
        type: 'radio',
        name,
        value: of.value,
        checked: of.value === choice.value,
        change: () => change(of.value),
      }),
      h('span', {}, of.label),
    );
  return h(
    'fieldset',
    { class: 'choice' },
    h('legend', {}, choice.label),
    h('div', { class: 'segments' }, choice.options.map(option)),
  );
}

export class figure implements drawing {
  readonly element: HTMLElement;
  readonly id: string;
  private readonly m_place = h('div', { class: 'chart' });
  private readonly m_table = h('div');
  private readonly m_legend = h('ul', { class: 'legend' });
  private readonly m_caption = h('figcaption');
  private readonly m_chosen: choices = {};
  private m_picture: picture | null = null;
  private m_width = 0;

  constructor(
    private readonly m_text: figure_text,
    private readonly m_report: report,
  ) {
    this.id = m_text.id;
    const options = m_text.options ?? [];
    for (const choice of options) this.m_chosen[choice.name] = choice.value;
    this.m_place.setAttribute('role', 'img');
    this.m_place.setAttribute('aria-label', `${m_text.title}. The same numbers stand in the table below.`);
    this.listen();
    const controls = options.map((choice) =>
      segments(`${this.id}-${choice.name}`, choice, (value) => this.choose(choice.name, value)),
    );
    const details = h('details', { toggle: () => this.fill_table() }, h('summary', {}, 'Numbers'), this.m_table);
    this.element = h(
      'figure',
      { id: `figure-${m_text.id}`, class: 'figure' },
      controls.length > 0 && h('div', { class: 'choices' }, controls),
      m_text.legend && this.m_legend,
      this.m_place,
      m_text.below,
      this.m_caption,
      h('div', { class: 'tools' }, details, this.download_buttons()),
    );
  }

  async draw(force = false): Promise<void> {
    const width = Math.floor(this.m_place.clientWidth);
    if (width <= 0 || (!force && Math.abs(width - this.m_width) < 4)) return;
    this.m_width = width;
    this.redraw();
  }

  /** With the same width: something else was chosen. */
  redraw(): void {
    if (this.m_width <= 0) return;
    this.m_picture = this.m_text.draw(this.m_width, this.m_chosen);
    this.m_place.replaceChildren(this.m_picture.svg);
    this.m_place.tabIndex = this.m_picture.on_key ? 0 : -1;
    if (!this.m_picture.on_key) this.m_place.removeAttribute('tabindex');
    if (this.m_text.legend) this.m_legend.replaceChildren(...this.m_text.legend(this.m_chosen).map(legend_item));
    const { caption } = this.m_text;
    const said = (typeof caption === 'function' ? caption(this.m_chosen) : caption).filter(
      (part) => part !== false,
    );
    this.m_caption.replaceChildren(h('p', {}, h('strong', {}, 'How to read it. '), ...said));
  }

  private choose(name: string, value: string): void {
    this.m_chosen[name] = value;
    this.redraw();
    if (this.m_table.isConnected && this.element.querySelector('details')?.open) this.fill_table();
  }

  private place_of(event: MouseEvent): [number, number] | null {
    const svg = this.m_picture?.svg;
    if (!svg) return null;
    const frame = svg.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  private listen(): void {
    this.m_place.addEventListener('pointermove', (event) => {
      const at = this.place_of(event);
      const tip = at && this.m_picture?.tip_at?.(...at);
      if (tip) show_tooltip(event, tip);
      else hide_tooltip();
    });
    this.m_place.addEventListener('pointerleave', hide_tooltip);
    this.m_place.addEventListener('click', (event) => {
      const at = this.place_of(event);
      if (!at) return;
      this.m_picture?.on_click?.(...at);
      const tip = this.m_picture?.tip_at?.(...at); // a finger does not hover
      if (tip) show_tooltip(event, tip);
    });
    this.m_place.addEventListener('keydown', (event) => {
      if (this.m_picture?.on_key?.(event.key)) event.preventDefault();
    });
  }

  private fill_table(): void {
    this.m_table.replaceChildren(
      sortable_table(this.m_text.title, this.m_text.columns, this.m_text.rows(this.m_chosen)),
    );
  }

  private download_buttons(): HTMLElement {
    const button = (label: string, what: string, action: () => void) =>
      h(
        'button',
        {
          type: 'button',
          class: 'button',
          title: what,
          'aria-label': `${label}: ${what}: ${this.m_text.title}`,
          click: action,
        },
        label,
      );
    const { template } = this.m_text;
    return h(
      'div',
      { class: 'downloads' },
      button('CSV', 'Download the numbers as CSV', () => this.download_csv()),
      button('SVG', 'Download the picture as SVG', () => this.download_svg()),
      template &&
        button('Spec', 'Download a Vega-Lite specification of the numbers, data included', () =>
          download(
            `${this.id}.vl.json`,
            'application/json',
            JSON.stringify(complete(template, this.m_report.tables, current_theme()), null, 2),
          ),
        ),
    );
  }

  private download_csv(): void {
    const keys = this.m_text.columns.map((column) => column.key);
    const rows = this.m_text.rows(this.m_chosen).map((row) => keys.map((key) => row[key] ?? null));
    download(`${this.id}.csv`, 'text/csv', csv(keys, rows));
  }

  private download_svg(): void {
    if (this.m_picture) download(`${this.id}.svg`, 'image/svg+xml', stand_alone(this.m_picture.svg));
  }
}

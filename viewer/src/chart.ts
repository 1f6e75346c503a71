// SPDX-License-Identifier: Apache-2.0
// One chart with everything that belongs to it: what can be chosen, how to read it, its numbers as a table, downloads.
import * as vega from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { report, row } from './data';
import type { drawing } from './figure';
import { download, h } from './dom';
import { csv } from './format';
import { bindings, complete, fitted, type binding, type spec } from './spec';
import { type column, sortable_table } from './table';
import { current_theme } from './theme';
import { use_tooltip } from './tooltip';

export interface chart_text {
  id: string;
  template: spec;
  /** what the chart shows: its name for those who don't see it */
  title: string;
  /** how to read it */
  caption: (string | Node)[];
  /** the same numbers as a table */
  columns: column[];
  /** how many small multiples it has, if not as many as its specification has columns */
  panels?: number;
  rows: (choices: Record<string, string>) => row[];
}

/** Nothing is ever fetched: whoever asks for an address gets an error. */
const no_loader = {
  load: () => Promise.reject(new Error('offline')),
  sanitize: () => Promise.reject(new Error('offline')),
} as unknown as vega.Loader;

/** Vega-Lite's logger, without the one remark that is true of every chart with rows of fixed height. */
function quiet_logger(): ReturnType<typeof vega.logger> {
  const logger = vega.logger(vega.Warn);
  const warn = logger.warn.bind(logger);
  logger.warn = (...message) => (String(message[0]).startsWith('Dropping "fit-y"') ? logger : warn(...message));
  return logger;
}

export class chart implements drawing {
  readonly element: HTMLElement;
  readonly id: string;
  view: vega.View | null = null;
  private readonly m_place = h('div', { class: 'chart' });
  private readonly m_table = h('div');
  private readonly m_choices: Record<string, string> = {};
  private m_width = 0;

  constructor(
    private readonly m_text: chart_text,
    private readonly m_report: report,
  ) {
    this.id = m_text.id;
    const choices = bindings(m_text.template);
    for (const choice of choices) this.m_choices[choice.name] = choice.value;
    this.m_place.setAttribute('role', 'img');
    this.m_place.setAttribute('aria-label', `${m_text.title}. The same numbers stand in the table below.`);
    const details = h('details', { toggle: () => this.fill_table() }, h('summary', {}, 'Numbers'), this.m_table);
    this.element = h(
      'figure',
      { id: `figure-${m_text.id}`, class: 'figure' },
      choices.length > 0 &&
        h(
          'div',
          { class: 'choices' },
          choices.map((choice) => this.control(choice)),
        ),
      this.m_place,
      h('figcaption', {}, h('p', {}, h('strong', {}, 'How to read it. '), ...m_text.caption)),
      h('div', { class: 'tools' }, details, this.download_buttons()),
    );
  }

  /** Draws for the width that the page gives now. */
  async draw(force = false): Promise<void> {
    const width = Math.floor(this.m_place.clientWidth);
    if (width <= 0 || (!force && Math.abs(width - this.m_width) < 4)) return;
    this.m_width = width;
    const { spec: compiled } = compile(fitted(this.spec(), width, this.m_text.panels) as unknown as TopLevelSpec, {
      logger: quiet_logger(),
    });
    const runtime = vega.parse(compiled, undefined, { ast: true });
    const view = new vega.View(runtime, {
      expr: expressionInterpreter,
      renderer: 'svg',
      loader: no_loader,
      logLevel: vega.Warn,
      hover: false,
    } as vega.ViewOptions);
    use_tooltip(view);
    this.view?.finalize();
    // A place within the place: Vega gives its own a role, and to a screen reader this is one picture with a name.
    const inner = h('div');
    this.m_place.replaceChildren(inner);
    this.view = view;
    await view.initialize(inner).runAsync();
    await this.fit_panels(view, width);
  }

  /** Small multiples get what is left after the labels of the axis, whose width is only known once they are drawn. */
  private async fit_panels(view: vega.View, width: number): Promise<void> {
    const columns = Number(fitted(this.m_text.template, width, this.m_text.panels)['columns'] ?? 0);
    // Narrower panels may choose other labels, so once is not always enough.
    for (let attempt = 0; columns > 0 && attempt < 4; ++attempt) {
      const drawn = Number(this.m_place.querySelector('svg')?.getAttribute('width') ?? width);
      const panel = Number(view.signal('child_width'));
      const better = Math.max(120, Math.floor(panel + (width - drawn) / columns));
      if (better === panel) break;
      await view.signal('child_width', better).resize().runAsync();
    }
  }

  private spec(): spec {
    return complete(this.m_text.template, this.m_report.tables, current_theme(), this.m_choices);
  }

  private control(choice: binding): HTMLElement {
    const name = `${this.id}-${choice.name}`;
    return h(
      'fieldset',
      { class: 'choice' },
      h('legend', {}, choice.label),
      h(
        'div',
        { class: 'segments' },
        choice.options.map((option) =>
          h(
            'label',
            {},
            h('input', {
              type: 'radio',
              name,
              value: option.value,
              checked: option.value === choice.value,
              change: () => void this.choose(choice.name, option.value),
            }),
            h('span', {}, option.label),
          ),
        ),
      ),
    );
  }

  private async choose(name: string, value: string): Promise<void> {
    this.m_choices[name] = value;
    this.fill_table();
    await this.view?.signal(name, value).runAsync();
  }

  private fill_table(): void {
    this.m_table.replaceChildren(
      sortable_table(this.m_text.title, this.m_text.columns, this.m_text.rows(this.m_choices)),
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
          'aria-label': `${what}: ${this.m_text.title}`,
          click: action,
        },
        label,
      );
    return h(
      'div',
      { class: 'downloads' },
      button('CSV', 'Download the numbers as CSV', () => this.download_csv()),
      button('SVG', 'Download the picture as SVG', () => void this.download_svg()),
      button('Spec', 'Download the Vega-Lite specification, data included', () =>
        download(`${this.id}.vl.json`, 'application/json', JSON.stringify(this.spec(), null, 2)),
      ),
    );
  }

  private download_csv(): void {
    const keys = this.m_text.columns.map((column) => column.key);
    const rows = this.m_text.rows(this.m_choices).map((row) => keys.map((key) => row[key] ?? null));
    download(`${this.id}.csv`, 'text/csv', csv(keys, rows));
  }

  private async download_svg(): Promise<void> {
    if (this.view) download(`${this.id}.svg`, 'image/svg+xml', await this.view.toSVG());
  }
}

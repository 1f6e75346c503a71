// SPDX-License-Identifier: Apache-2.0
import './style.css';
import type { View } from 'vega';
import { chart } from './chart';
import { contents } from './contents';
import { parse_report } from './data';
import { designs_page } from './designs';
import { h } from './dom';
import type { page } from './page';
import { run_page } from './run';
import { study_page } from './study';
import { on_theme_change } from './theme';

declare global {
  interface Window {
    /** For tests and for the curious: the views of the charts by name, once `ready` is kept. */
    spillway: { views: Record<string, View>; ready: Promise<void> };
  }
}

const content = document.getElementById('content')!;

function notice(...text: (string | Node)[]): void {
  content.replaceChildren(h('p', { class: 'notice', role: 'alert' }, ...text));
}

async function draw_all(page: page, force: boolean): Promise<void> {
  for (const drawing of page.drawings) {
    await drawing.draw(force);
    if (drawing instanceof chart && drawing.view) window.spillway.views[drawing.id] = drawing.view;
  }
}

async function show(): Promise<void> {
  const report = parse_report(document.getElementById('spillway-data')?.textContent ?? '');
  if (!report) return notice('This page is empty: ', h('code', {}, 'spillway report DIR'), ' fills it in.');
  document.title = `${report.title} – Spillway`;
  const page =
    report.kind === 'run'
      ? run_page(report)
      : report.tables['networks']
        ? designs_page(report)
        : study_page(report);
  content.replaceChildren(...page.nodes);
  if (page.contents && page.contents.length > 1) {
    document.body.classList.add('with-contents');
    content.before(contents(page.contents));
  }
  // Vega measures text to lay out its axes: the typeface must be there first.
  await document.fonts.load('500 12px "Inter Variable"').catch(() => undefined);
  await draw_all(page, true);
  let pending = 0;
  new ResizeObserver(() => {
    clearTimeout(pending);
    pending = window.setTimeout(() => void draw_all(page, false), 120);
  }).observe(content);
  on_theme_change(() => void draw_all(page, true));
}

window.spillway = { views: {}, ready: Promise.resolve() };
window.spillway.ready = show().catch((failure: Error) => notice(`The report can’t be shown. ${failure.message}`));

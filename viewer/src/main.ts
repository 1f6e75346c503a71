// SPDX-License-Identifier: Apache-2.0
import './style.css';
import { comparison_page } from './comparison';
import { contents } from './contents';
import { parse_report, type comparison, type report } from './data';
import { designs_page } from './designs';
import { h } from './dom';
import type { page } from './page';
import { run_page } from './run';

declare global {
  interface Window {
    /** For tests: kept when everything is drawn. */
    spillway: { ready: Promise<void> };
  }
}

const content = document.getElementById('content')!;

function notice(...text: (string | Node)[]): void {
  content.replaceChildren(h('p', { class: 'notice', role: 'alert' }, ...text));
}

async function draw_all(page: page, force: boolean): Promise<void> {
  for (const drawing of page.drawings) await drawing.draw(force);
}

function page_of(report: report): page {
  if (report.kind === 'comparison') return comparison_page(report as comparison);
  return report.kind === 'run' ? run_page(report) : designs_page(report);
}

async function show(): Promise<void> {
  const report = parse_report(document.getElementById('spillway-data')?.textContent ?? '');
  if (!report) return notice('This page is empty: ', h('code', {}, 'spillway report DIR'), ' fills it in.');
  document.title = `${report.title} – Spillway`;
  const page = page_of(report);
  content.replaceChildren(...page.nodes);
  if (page.contents && page.contents.length > 1) {
    document.body.classList.add('with-contents');
    content.before(contents(page.contents));
  }
  // Pictures measure their text: the typeface must be there first.
  await document.fonts.load('500 12px "Inter Variable"').catch(() => undefined);
  await draw_all(page, true);
  let pending = 0;
  new ResizeObserver(() => {
    clearTimeout(pending);
    pending = window.setTimeout(() => void draw_all(page, false), 120);
  }).observe(content);
}

window.spillway = {
  ready: show().catch((failure: Error) => notice(`The report can’t be shown. ${failure.message}`)),
};

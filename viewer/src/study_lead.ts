// SPDX-License-Identifier: Apache-2.0
// The answer before the charts: four numbers, two paragraphs, and the bill, bit by bit.
import type { point } from './data';
import { h } from './dom';
import { type study_facts, type width_facts, saving, tolerance } from './facts';
import { integer, percent, points_between, scope_names, share } from './format';
import { grade_badge, grade_mark } from './grade';
import { tile, unit, type text } from './page';

export function lead(facts: study_facts): text[] {
  const { wide, broken, least_a2q } = facts;
  const paragraphs: text[] = [
    [
      `Ordinary quantization-aware training needs ${facts.safe_bits} bits before no input at all can overflow ` +
        'the accumulator ',
      grade_mark('proved'),
      `. There it reads ${percent(wide.accuracy, 1)} of ${integer(facts.frames)} images `,
      grade_mark('simulated'),
      broken
        ? `; at ${broken.bits} bits a register that wraps leaves ${percent(broken.wrap!.accuracy, 1)}`
        : '; no width that was tried costs it 2 points',
      broken?.saturate
        ? ` and one that saturates, both limited in the ${scope_names[facts.scope]}, ` +
          `${percent(broken.saturate.accuracy, 1)}.`
        : '.',
      least_a2q &&
        ' A2Q, retrained for each width so that nothing can overflow, stays within one point down to ' +
          `${least_a2q.bits} bits`,
      least_a2q && facts.least_a2q_plus && `, and A2Q+ down to ${facts.least_a2q_plus.bits}`,
      least_a2q && '.',
    ],
  ];
  if (facts.luts_per_bit !== null)
    paragraphs.push([
      `In the published cost model each bit is worth ${integer(facts.luts_per_bit)} of the accelerator’s ` +
        `${integer(wide.luts)} LUTs `,
      grade_mark('modelled'),
      '.',
    ]);
  return paragraphs;
}

export function tiles(facts: study_facts): HTMLElement {
  const { wide, least_a2q, safe_bits } = facts;
  const safe = facts.widths.find((w) => w.bits === safe_bits);
  const list = [
    tile(
      'QAT is safe from',
      [`${safe_bits}`, unit('bits')],
      ['exact certificate: below it, some input overflows'],
      grade_badge('proved'),
    ),
    tile(
      `Top-1 at ${wide.bits} bits`,
      [percent(wide.accuracy, 1)],
      [`QAT, ${integer(facts.frames)} test images`],
      grade_badge('simulated'),
    ),
  ];
  if (least_a2q)
    list.push(
      tile(
        'A2Q holds down to',
        [`${least_a2q.bits}`, unit('bits')],
        [`within 1 point: ${percent(least_a2q.accuracy, 1)}, and no input can overflow`],
        grade_badge('proved'),
        grade_badge('simulated'),
      ),
      tile(
        'LUTs saved there',
        [percent(saving(wide.luts, least_a2q.luts), 1)],
        [
          `${integer(wide.luts)} → ${integer(least_a2q.luts)} against ${wide.bits} bits`,
          safe ? `; ${percent(saving(safe.luts, least_a2q.luts), 1)} against QAT’s safe ${safe_bits}` : '',
        ],
        grade_badge('modelled'),
      ),
    );
  return h('dl', { class: 'tiles', 'aria-label': 'Summary' }, list);
}

function accuracy_cell(of: point | null, wide: point, series: string): HTMLElement {
  if (!of) return h('td', { class: 'number none' }, '–');
  const loss = wide.accuracy - of.accuracy;
  const depth = Math.min(1, Math.max(0, loss) / 0.5);
  const bad = loss > 2 * tolerance ? ' bad' : loss > tolerance ? ' worse' : '';
  return h(
    'td',
    { class: `number accuracy ${series}${bad}`, style: `--depth:${(8 + 37 * depth).toFixed(1)}%` },
    h('span', { class: 'with-grade' }, grade_mark(of.grade), percent(of.accuracy)),
    h('span', { class: 'delta' }, of === wide ? '' : points_between(of.accuracy, wide.accuracy, 2)),
  );
}

/** A study without A2Q+ networks has no column for them. */
function has_plus(facts: study_facts): boolean {
  return facts.widths.some((now) => now.a2q_plus !== null);
}

function ledger_row(facts: study_facts, now: width_facts): HTMLElement {
  const rate = now.wrap ? now.wrap.overflowing / now.wrap.dot_products : null;
  // A certificate holds for a register that saturates as well as for one that wraps.
  const saturate = now.saturate ?? (now.wrap?.grade === 'proved' ? now.wrap : null);
  const marks = [
    now.bits === facts.safe_bits && 'QAT’s least safe width',
    now.bits === facts.least_a2q?.bits && 'A2Q’s least within a point',
    now.bits === facts.least_a2q_plus?.bits && 'A2Q+’s least within a point',
  ];
  return h(
    'tr',
    { class: marks.some(Boolean) ? 'marked' : null },
    h(
      'th',
      { scope: 'row' },
      h('span', { class: 'bits' }, String(now.bits)),
      marks.map((mark) => mark && h('span', { class: 'mark' }, mark)),
    ),
    h(
      'td',
      { class: 'number' },
      h('span', { class: 'with-grade' }, grade_mark('modelled'), integer(now.luts)),
      h(
        'span',
        { class: 'delta' },
        now.bits === facts.wide.bits ? '' : `−${percent(saving(facts.wide.luts, now.luts), 1)}`,
      ),
    ),
    rate === null
      ? h('td', { class: 'number none' }, '–')
      : h(
          'td',
          { class: 'number' },
          h('span', { class: 'with-grade' }, grade_mark(now.wrap!.grade), rate === 0 ? 'none' : share(rate)),
        ),
    accuracy_cell(now.wrap, facts.wide, 'wrap'),
    accuracy_cell(saturate, facts.wide, 'saturate'),
    accuracy_cell(now.a2q, facts.wide, 'a2q'),
    has_plus(facts) ? accuracy_cell(now.a2q_plus, facts.wide, 'a2q_plus') : null,
  );
}

export function ledger(facts: study_facts): HTMLElement {
  const head = (title: string, note: string) =>
    h('th', { scope: 'col', class: 'number' }, title, h('span', { class: 'delta' }, note));
  const where = scope_names[facts.scope];
  const table = h(
    'table',
    { class: 'data ledger' },
    h('caption', { class: 'hidden' }, 'LUTs, overflows and top-1 at every accumulator width'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, 'P'),
        head('LUTs', `against ${facts.wide.bits} bits`),
        head('Overflow', `QAT, ${where}`),
        head('QAT, wraps', 'top-1'),
        head('QAT, saturates', `top-1, ${where}`),
        head('A2Q', 'top-1, retrained'),
        has_plus(facts) ? head('A2Q+', 'top-1, retrained') : null,
      ),
    ),
    h(
      'tbody',
      {},
      facts.widths.map((now) => ledger_row(facts, now)),
    ),
  );
  return h('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': 'The bill, bit by bit' }, table);
}

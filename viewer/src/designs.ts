// SPDX-License-Identifier: Apache-2.0
// The page of a study of many designs: which registers, at what price. A strip chooses network, folding and device, and
// everything below it follows.
import { say_again } from './contents';
import type { report, row } from './data';
import { baselines, breakdown_figure, breakdown_finding, first_asked, type asked } from './designs_baselines';
import { compare } from './designs_compare';
import { front_figure, overflow_said, type picked } from './designs_front';
import { proven_by_width, widths_figure } from './designs_widths';
import {
  choice_keys,
  chosen_designs,
  data_names,
  front,
  rate_said,
  read_study,
  score_said,
  settled,
  values_of,
  type choice,
  type design,
  type study,
} from './designs_model';
import { lead, tiles } from './designs_lead';
import { searched_widths } from './designs_search';
import { weights_figure, weights_finding } from './designs_weights';
import { h } from './dom';
import type { drawing } from './figure';
import { integer, method_names, percent } from './format';
import { grade_mark } from './grade';
import { colophon, masthead, sections_of, type page, type part, type text } from './page';
import { number_column, rounded, sortable_table, type column } from './table';
import { counted } from './words';

const key_names: Record<(typeof choice_keys)[number], string> = {
  family: 'Network',
  data: 'Data',
  goal: 'Folded for',
  device: 'Device',
  hardware: 'Hardware',
};

function strip(study: study, chosen: choice, report: report, change: (now: choice) => void): HTMLElement | null {
  const names = data_names(report);
  const choices = choice_keys.flatMap((key) => {
    const values = values_of(study.designs, chosen, key);
    if (values.length < 2) return [];
    const list = h(
      'select',
      { id: `choose-${key}`, change: () => change(settled(study.designs, { ...chosen, [key]: list.value })) },
      values.map((value) =>
        h(
          'option',
          { value, selected: value === chosen[key] },
          key === 'data' ? (names.get(value) ?? value) : value || 'none',
        ),
      ),
    );
    return [h('label', { class: 'pick' }, h('span', {}, key_names[key]), list)];
  });
  return choices.length === 0
    ? null
    : h('div', { class: 'strip', role: 'group', 'aria-label': 'What the page shows' }, choices);
}

function front_finding(designs: design[], is_psnr: boolean): text {
  const ends = (grade: string) => {
    const list = front(designs.filter((design) => design.grade === grade));
    return list.length === 0 ? null : ([list[0]!, list[list.length - 1]!] as const);
  };
  const [proved, seen] = [ends('proved'), ends('simulated')];
  const said = ([from, to]: readonly [design, design]) =>
    from === to
      ? `is ${score_said(to.score, is_psnr, 1)} at ${integer(to.luts!)} LUTs `
      : `goes from ${score_said(from.score, is_psnr, 1)} at ${integer(from.luts!)} LUTs ` +
        `to ${score_said(to.score, is_psnr, 1)} at ${integer(to.luts!)} `;
  return [
    `${counted(designs.length, 'design')}. `,
    proved && `The proven front ${said(proved)}`,
    proved && grade_mark('proved'),
    proved && seen && '; ',
    seen && (proved ? `the simulated one ${said(seen)}` : `The simulated front ${said(seen)}`),
    seen && grade_mark('simulated'),
    (proved || seen) && '.',
  ];
}

/** The least width at which each method is proven and within a point of its best. */
function widths_finding(designs: design[], is_psnr: boolean): text {
  const methods = [...new Set(designs.map((design) => design.network.method))].sort();
  const room = is_psnr ? 0.1 : 0.01;
  const said = methods.flatMap((method) => {
    const line = proven_by_width(designs.filter((design) => design.network.method === method));
    const best = line[line.length - 1]?.[1];
    const least = best === undefined ? undefined : line.find(([, score]) => score >= best - room);
    return least ? [`${method_names[method] ?? method} from ${least[0]} bits`] : [];
  });
  return said.length === 0
    ? []
    : [
        `Proven, and within ${is_psnr ? '0.1 dB' : 'one point'} of its method’s best: ${said.join(', ')} `,
        grade_mark('proved'),
        '.',
      ];
}

/** The command of a design, written out once somebody opens it: most are never read. */
function command_of(text: string): HTMLElement {
  const made = h('details', { class: 'command' }, h('summary', { title: text }, 'command'));
  made.addEventListener('toggle', () => made.append(h('code', {}, text)), { once: true });
  return made;
}

function designs_table(designs: design[], is_psnr: boolean): HTMLElement {
  const by_key = new Map(designs.map((design) => [design.key, design]));
  const of = (row: row) => by_key.get(String(row['key']))!;
  const columns: column[] = [
    { key: 'network', title: 'Network' },
    { key: 'registers', title: 'Registers' },
    number_column('bits', 'P'),
    number_column('score', is_psnr ? 'PSNR' : 'Top-1', (v, row) =>
      h('span', { class: 'with-grade' }, grade_mark(of(row).grade), score_said(v as number | null, is_psnr)),
    ),
    number_column('loss', 'Loss', (v) => (typeof v !== 'number' ? '–' : is_psnr ? `${v.toFixed(2)} dB` : percent(v, 2))),
    { key: 'overflow', title: 'Overflow' },
    number_column('luts', 'LUTs', rounded),
    number_column('ff', 'FF', rounded),
    number_column('bram18', 'RAMB18'),
    number_column('dsp', 'DSP'),
    number_column('fps', 'Frames/s', (v) => rate_said(v as number | null)),
    { key: 'fits', title: 'Fits', text: (v, row) => h('span', { title: of(row).shortage }, String(v)) },
    {
      key: 'command',
      title: 'Made again with',
      text: (v) => (typeof v === 'string' ? command_of(v) : '–'),
    },
  ];
  const rows = designs.map((design): row => ({
    key: design.key,
    network: design.network.label,
    registers: design.label.slice(design.network.label.length + 2),
    bits: design.bits,
    score: design.score,
    loss: design.loss,
    overflow: overflow_said(design),
    luts: design.luts,
    ff: design.ff,
    bram18: design.bram18,
    dsp: design.dsp,
    fps: design.fps,
    fits: design.fits === null ? '–' : design.fits ? 'yes' : 'no',
    command: design.command,
  }));
  const known = columns.filter((column) => rows.some((row) => row[column.key] !== null && row[column.key] !== 0));
  return sortable_table('Every design of the choice', known, rows, 12, 'pinned');
}

function missing_table(study: study, chosen: choice): HTMLElement | null {
  const counts = new Map<string, row>();
  for (const one of study.missing) {
    if (one.network.family !== chosen.family) continue;
    const key = `${one.network.label} ${one.registers} ${one.reason}`;
    counts.set(key, {
      network: one.network.label,
      registers: one.registers,
      status: one.status,
      reason: one.reason,
      times: Number(counts.get(key)?.['times'] ?? 0) + 1,
    });
  }
  if (counts.size === 0) return null;
  return sortable_table(
    'What was asked for and is not there',
    [
      { key: 'network', title: 'Network' },
      { key: 'registers', title: 'Registers' },
      { key: 'status', title: 'Status' },
      { key: 'reason', title: 'Why' },
      { key: 'times', title: 'Points', number: true },
    ],
    [...counts.values()],
    12,
  );
}

interface state {
  chosen: choice;
  asked: asked;
  a: string | null;
  b: string | null;
}

/** The two that one looks at first: 32 bits everywhere, and the cheapest proven one near the best. */
function first_pair(designs: design[]): [design | null, design | null] {
  const wide =
    designs.find((design) => design.registers === '32' && design.network.method === 'qat') ??
    designs.find((design) => design.registers === '32') ??
    designs[0] ??
    null;
  const best = Math.max(...designs.map((design) => design.score ?? -Infinity));
  const near = designs.filter(
    (design) =>
      design !== wide &&
      design.grade === 'proved' &&
      (design.score ?? -Infinity) >= best * 0.99 &&
      design.luts !== null,
  );
  const cheap = near.sort((a, b) => a.luts! - b.luts!)[0] ?? designs.find((design) => design !== wide) ?? null;
  return [wide, cheap];
}

function parts_of(
  study: study,
  report: report,
  now: state,
  picked: picked,
  change: (to: Partial<state>) => void,
): part[] {
  const { chosen } = now;
  const designs = chosen_designs(study.designs, chosen);
  const priced = designs.filter((design) => design.luts !== null && design.score !== null);
  const is_psnr = study.metrics.get(chosen.data) === 'psnr';
  const base = baselines(study, chosen, now.asked, (asked) => change({ asked }));
  const widths = widths_figure(study, chosen, report, picked);
  const breakdown = breakdown_figure(study, chosen, now.asked, report);
  const weights = weights_figure(study, chosen, report);
  const searched = searched_widths(study, chosen, report);
  const [a, b] = [designs.find((design) => design.key === now.a), designs.find((design) => design.key === now.b)];
  const pair = a && b ? compare(study, designs, a, b, report, (which, key) => change({ [which]: key })) : null;
  const missing = missing_table(study, chosen);
  const parts: (part | false | null)[] = [
    priced.length > 0 && {
      id: 'front',
      title: 'Fronts',
      said: counted(priced.length, 'design'),
      heading: 'What is the best design for the money?',
      finding: front_finding(priced, is_psnr),
      content: [front_figure(study, chosen, report, picked)],
    },
    widths && {
      id: 'width',
      title: 'Accuracy against P',
      said: 'proven and simulated',
      heading: 'How narrow can a register be?',
      finding: widths_finding(designs, is_psnr),
      content: [widths],
    },
    priced.length > 0 && {
      id: 'baselines',
      title: 'Rules for registers',
      said: `keep ${percent(Number(now.asked.keep), now.asked.keep.length > 4 ? 1 : 0)}`,
      heading: 'What does each rule save?',
      finding: base.finding,
      content: [base.element],
    },
    breakdown && {
      id: 'breakdown',
      title: 'Breakdown',
      said: 'LUTs by what they are for',
      heading: 'Where do the LUTs go?',
      finding: breakdown_finding(study, chosen, now.asked),
      content: [breakdown],
    },
    searched && {
      id: 'searched',
      title: 'Searched widths',
      said: counted(searched.count, 'search', 'searches'),
      heading: 'What does a proof cost?',
      finding: searched.finding,
      content: searched.content,
    },
    weights && {
      id: 'weights',
      title: 'Compression',
      said: 'bits a weight, zeros',
      heading: 'How far can the weights be compressed?',
      finding: weights_finding(study, chosen),
      content: [weights],
    },
    pair && {
      id: 'pair',
      title: 'Two designs',
      said: 'side by side',
      heading: 'Two designs, side by side',
      finding: [],
      content: [pair.element, pair.figure],
    },
    {
      id: 'designs',
      title: 'Every design',
      said: counted(designs.length, 'row'),
      heading: 'Every design',
      finding: ['The table follows the choices above and sorts by any column.'],
      content: [designs_table(designs, is_psnr)],
    },
    missing && {
      id: 'missing',
      title: 'Not there',
      said: 'and why',
      heading: 'What is not there?',
      finding: ['Points that were asked for and mean nothing, or could not be had.'],
      content: [missing],
    },
  ];
  return parts.filter((part): part is part => !!part);
}

export function designs_page(report: report): page {
  const study = read_study(report);
  if (study.designs.length === 0)
    return {
      nodes: [masthead(report, 'study', [['This study has not finished its first point yet.']]), colophon(report)],
      drawings: [],
    };
  const drawings: drawing[] = [];
  const below = h('div', { class: 'follows' });
  const chosen = settled(study.designs, {});
  const [a, b] = first_pair(chosen_designs(study.designs, chosen));
  let now: state = { chosen, asked: first_asked, a: a?.key ?? null, b: b?.key ?? null };
  let is_next_a = true;
  const picked: picked = {
    get a() {
      return now.a;
    },
    get b() {
      return now.b;
    },
    pick: (design) => {
      change(is_next_a ? { a: design.key } : { b: design.key });
      is_next_a = !is_next_a;
    },
  };
  function change(to: Partial<state>): void {
    now = { ...now, ...to };
    if (to.chosen)
      [now.a, now.b] = first_pair(chosen_designs(study.designs, to.chosen)).map(
        (design) => design?.key ?? null,
      ) as [string | null, string | null];
    const focused = document.activeElement?.id || (document.activeElement as HTMLInputElement | null)?.name;
    const value = (document.activeElement as HTMLInputElement | null)?.value;
    fill();
    say_again(shown);
    for (const drawing of drawings) void drawing.draw(true);
    if (focused)
      (
        document.getElementById(focused) ??
        below.querySelector<HTMLElement>(`[name="${focused}"][value="${value}"]`)
      )?.focus({ preventScroll: true });
  }
  let shown: part[] = [];
  function fill(): void {
    drawings.length = 0;
    shown = parts_of(study, report, now, picked, change);
    const bar = strip(study, now.chosen, report, (to) => change({ chosen: to }));
    below.replaceChildren(...(bar ? [bar] : []), ...sections_of(shown, drawings));
  }
  fill();
  return {
    nodes: [masthead(report, 'study', lead(study)), tiles(study, now.chosen), below, colophon(report)],
    drawings,
    contents: shown,
  };
}

// SPDX-License-Identifier: Apache-2.0
// The page of two runs side by side.
import { frames_part, frames_said } from './comparison_frames';
import { frames_a_second, has_same_frames, luts_in, read_comparison, type compared } from './comparison_model';
import { registers_of, totals_part } from './comparison_totals';
import { units_part } from './comparison_units';
import type { comparison } from './data';
import { h } from './dom';
import type { drawing } from './figure';
import { integer, percent, points_between } from './format';
import { grade_badge, grade_mark } from './grade';
import { masthead, sections_of, tile, unit, type page, type part, type text } from './page';
import { change_said, signed } from './pairs';
import { is_proved, type run_facts } from './run_model';
import { counted } from './words';

/** "A is tfc on mnist, in registers of 9 bits; B likewise, in registers of 8 bits." */
function who_said(report: comparison, now: compared): string {
  const [a, b] = [report.a, report.b].map(({ meta, title }) => meta['network'] || meta['model'] || title);
  const registers = [registers_of(now.a), registers_of(now.b)].map((said) =>
    said ? `, in registers of ${said}` : '',
  );
  const is_same_data = report.a.meta['dataset'] === report.b.meta['dataset'];
  const data = [report.a, report.b].map(({ meta }) => (meta['dataset'] ? ` on ${meta['dataset']}` : ''));
  const second = a === b ? `the same network${is_same_data ? '' : data[1]}` : `${b}${data[1]}`;
  return `A is ${a}${data[0]}${registers[0]}; B is ${second}${registers[1]}.`;
}

function price_said(now: compared): text {
  const [a, b] = [luts_in(now.a), luts_in(now.b)];
  const [one, other] = [frames_a_second(now.a), frames_a_second(now.b)];
  const parts: string[] = [];
  if (now.has_one_hardware && a !== null && b !== null) {
    const more = Math.round(b - a);
    parts.push(
      more === 0
        ? 'takes as many LUTs as A'
        : `takes ${integer(Math.abs(more))} LUTs ${more < 0 ? 'fewer' : 'more'} than A (${change_said(a, b)})`,
    );
  }
  if (one !== null && other !== null)
    parts.push(
      Math.abs(other / one - 1) < 5e-4
        ? 'runs at the same rate'
        : `gives ${integer(other)} frames a second where A gives ${integer(one)}`,
    );
  return parts.length === 0 ? [] : [` B ${parts.join(' and ')}.`];
}

function overflow_said(facts: run_facts): text {
  const over = facts.layers.filter(({ register }) => register.overflowing > 0).length;
  if (facts.layers.length === 0) return ['no unit has a register'];
  if (over > 0)
    return [
      `${over} of ${counted(facts.layers.length, 'layer')} ${over === 1 ? 'overflows' : 'overflow'} `,
      grade_mark('simulated'),
    ];
  const is_proof = is_proved(facts);
  return [
    `nothing overflows${is_proof ? ', and no input can make it' : ' on this data'} `,
    grade_mark(is_proof ? 'proved' : 'simulated'),
  ];
}

function lead(report: comparison, now: compared): text[] {
  return [
    [who_said(report, now), ...price_said(now)],
    ['In A ', ...overflow_said(now.a), '; in B ', ...overflow_said(now.b), '. ', ...frames_said(now)],
  ];
}

/** Of the frames that both have: what single runs came to over other frames is no difference between designs. */
function accuracy_tile(now: compared): HTMLElement | null {
  const { frames } = now;
  if (!frames || frames.labelled === 0) return null;
  const [one, other] = [frames.a_right / frames.labelled, frames.b_right / frames.labelled];
  return tile(
    'Top-1 of B',
    [percent(other)],
    [
      `${points_between(other, one, 2)} points against A (${percent(one)})`,
      !has_same_frames(now) && ` on the ${counted(frames.labelled, 'frame')} that both have`,
    ],
    grade_badge('simulated'),
  );
}

function price_tile(now: compared): HTMLElement | null {
  const [a, b] = [luts_in(now.a), luts_in(now.b)];
  if (a === null || b === null || !now.has_one_hardware) return null;
  return tile(
    'LUTs, B less A',
    [signed(b - a)],
    [`${integer(b)} against ${integer(a)}: ${change_said(a, b)}`],
    grade_badge('modelled'),
  );
}

function rate_tile({ a, b }: compared): HTMLElement | null {
  const [one, other] = [frames_a_second(a), frames_a_second(b)];
  if (one === null || other === null) return null;
  return tile(
    'Frames a second, B',
    [integer(other)],
    [one === other ? 'as many as A' : `${change_said(one, other)} against A (${integer(one)})`],
    grade_badge('simulated'),
  );
}

function frames_tile({ frames }: compared): HTMLElement | null {
  if (!frames) return null;
  return tile(
    'Frames that differ',
    [integer(frames.changed), unit(` of ${integer(frames.frames)}`)],
    ['that the two read as different classes'],
    grade_badge('simulated'),
  );
}

function foot(report: comparison): HTMLElement {
  return h(
    'footer',
    { class: 'colophon' },
    h('h2', {}, 'Where these numbers come from'),
    h(
      'p',
      {},
      'Each of the two runs has a page of its own: ',
      h('code', {}, `spillway report ${report.a.meta['directory']}`),
      ' and ',
      h('code', {}, `spillway report ${report.b.meta['directory']}`),
      '. This page is one file and asks the network for nothing. It is set in Source Serif 4 and Inter (SIL Open ' +
        'Font License); the licences of all that it contains stand at the end of its source.',
    ),
  );
}

export function comparison_page(report: comparison): page {
  const now = read_comparison(report);
  const parts = [totals_part(report, now), units_part(report, now), frames_part(report, now)].filter(
    (part): part is part => part !== null,
  );
  const drawings: drawing[] = [];
  return {
    nodes: [
      masthead(report, 'two runs', lead(report, now)),
      h(
        'dl',
        { class: 'tiles', 'aria-label': 'Summary' },
        accuracy_tile(now),
        price_tile(now),
        rate_tile(now),
        frames_tile(now),
      ),
      ...sections_of(parts, drawings),
      foot(report),
    ],
    drawings,
    contents: parts,
  };
}

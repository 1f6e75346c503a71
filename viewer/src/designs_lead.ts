// SPDX-License-Identifier: Apache-2.0
// What a study of many designs comes to: sentences, and what proof saves in each kind of network.
import {
  chosen_designs,
  cheapest,
  reference_score,
  rules,
  score_said,
  settled,
  type choice,
  type study,
} from './designs_model';
import { h } from './dom';
import { integer, percent } from './format';
import { grade_badge, grade_mark } from './grade';
import { tile, type text } from './page';
import { counted, listed } from './words';

const most_tiles = 3;

export function lead(study: study): text[] {
  const { designs, networks, families } = study;
  const proved = designs.filter((design) => design.grade === 'proved').length;
  const devices = new Set(designs.map((design) => design.device).filter(Boolean));
  const goals = new Set(designs.map((design) => design.goal));
  const trained = networks.length > families.length ? `, ${counted(networks.length, 'network')} in all` : '';
  const first: text = [
    `${counted(designs.length, 'design')} of ${listed(families, 5)}${trained}`,
    goals.size > 1 && `, folded in ${goals.size} ways`,
    devices.size > 1 && `, on ${devices.size} devices`,
    '. ',
    proved > 0 && `${integer(proved)} are proven free of overflow `,
    proved > 0 && grade_mark('proved'),
    proved > 0 && designs.length > proved && ', ',
    designs.length > proved &&
      `${integer(designs.length - proved)} ${proved > 0 ? 'only simulated' : 'are only simulated'} `,
    designs.length > proved && grade_mark('simulated'),
    '; all are priced by model ',
    grade_mark('modelled'),
    '.',
  ];
  return [
    first,
    ...(study.is_finished ? [] : [['This study is not finished: what follows is what it has so far.']]),
  ];
}

/** The cheapest proven design that keeps 99% of the best against the cheapest of 32 bits that does. */
function saving_tile(study: study, chosen: choice, family: string): HTMLElement | null {
  const of = settled(study.designs, { ...chosen, family });
  const designs = chosen_designs(study.designs, of);
  const is_psnr = study.metrics.get(of.data) === 'psnr';
  const best = reference_score(study, designs, 'best');
  if (best === null) return null;
  const wide = cheapest(designs, rules[0]!.is, 0.99 * best);
  const proven = cheapest(designs, (design) => design.grade === 'proved', 0.99 * best);
  if (!('design' in wide) || !('design' in proven) || !wide.design.luts) return null;
  const less = 1 - proven.design.luts! / wide.design.luts;
  return tile(
    `${family}, proven`,
    [`${less >= 0 ? '−' : '+'}${percent(Math.abs(less), 1)}`],
    [
      `LUTs against 32 bits, both keeping 99% of the best; ${[of.goal, of.device].filter(Boolean).join(', ')}: ` +
        `${proven.design.label} reads ${score_said(proven.design.score, is_psnr, 1)}`,
    ],
    grade_badge('proved'),
    grade_badge('modelled'),
  );
}

export function tiles(study: study, chosen: choice): HTMLElement {
  const savings = study.families.map((family) => saving_tile(study, chosen, family)).filter((one) => one !== null);
  const proved = study.designs.filter((design) => design.grade === 'proved').length;
  return h(
    'dl',
    { class: 'tiles', 'aria-label': 'Summary' },
    savings.slice(0, most_tiles),
    tile(
      'Designs',
      [integer(study.designs.length)],
      [
        `${integer(proved)} proven, ${integer(study.designs.length - proved)} simulated`,
        study.missing.length > 0 && `; ${counted(study.missing.length, 'point')} not there`,
      ],
    ),
  );
}

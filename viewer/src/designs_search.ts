// SPDX-License-Identifier: Apache-2.0
// Widths that were searched for: what was asked, what they lose on data that the search did not see, and what the same
// network takes with widths that are proven.
import { type report, type row, table } from './data';
import { chosen_designs, data_names, score_said, type choice, type design, type study } from './designs_model';
import { h } from './dom';
import { integer, percent } from './format';
import { grade_mark } from './grade';
import type { text } from './page';
import { number_column, plain_table, rounded, type column } from './table';

interface search {
  design: design;
  validation: string;
  frames: number;
  allowed: number;
  loss: number;
  loss_error: number | null;
  simulations: number;
  luts: number;
  certified_luts: number;
}

function searches_of(study: study, chosen: choice, report: report): search[] {
  const names = data_names(report);
  const rows = new Map(table(report, 'searches').map((row) => [String(row['point']), row]));
  const order = (a: design, b: design) =>
    a.network.label.localeCompare(b.network.label, 'en', { numeric: true }) ||
    a.registers.localeCompare(b.registers, 'en', { numeric: true });
  return chosen_designs(study.designs, chosen).sort(order).flatMap((design) => {
    const row = rows.get(design.key);
    if (!row) return [];
    const number = (key: string) => Number(row[key] ?? 0);
    return [
      {
        design,
        validation: names.get(String(row['validation'])) ?? String(row['validation']),
        frames: number('frames'),
        allowed: number('allowed'),
        loss: number('loss'),
        loss_error: typeof row['loss_error'] === 'number' ? row['loss_error'] : null,
        simulations: number('simulations'),
        luts: number('luts'),
        certified_luts: number('certified_luts'),
      },
    ];
  });
}

/** "0.42 ± 0.10 points", "0.30 dB". */
function loss_said(loss: number, error: number | null, is_psnr: boolean): string {
  const scale = is_psnr ? 1 : 100;
  const around = error === null ? '' : ` ± ${(scale * error).toFixed(2)}`;
  return `${(scale * loss).toFixed(2)}${around} ${is_psnr ? 'dB' : 'points'}`;
}

/** By how much proven widths take more; null where the search saved nothing that can be counted. */
function price_of_proof(one: search): number | null {
  return one.certified_luts > 0 ? one.certified_luts - one.luts : null;
}

function searches_table(searches: search[], is_psnr: boolean): HTMLElement {
  const of = (row: row) => searches[Number(row['at'])]!;
  const columns: column[] = [
    { key: 'network', title: 'Network' },
    { key: 'allowed', title: 'May lose', number: true },
    number_column('luts', 'LUTs', rounded),
    number_column('certified', 'LUTs, certified', rounded),
    { key: 'price', title: 'Price of proof', number: true },
    number_column('score', is_psnr ? 'PSNR, unseen' : 'Top-1, unseen', (_, row) =>
      h(
        'span',
        { class: 'with-grade' },
        grade_mark(of(row).design.grade),
        score_said(of(row).design.score, is_psnr),
      ),
    ),
    { key: 'unseen', title: 'Loses, unseen', number: true },
    { key: 'loss', title: 'Loses where searched', number: true },
    { key: 'validation', title: 'Searched on' },
    number_column('simulations', 'Simulations', rounded),
  ];
  const rows = searches.map((one, at): row => {
    const price = price_of_proof(one);
    const { loss, loss_error } = one.design;
    return {
      at,
      network: one.design.network.label,
      validation: `${one.validation}, ${integer(one.frames)} images`,
      allowed: `${one.allowed} ${is_psnr ? 'dB' : one.allowed === 1 ? 'point' : 'points'}`,
      loss: loss_said(one.loss, one.loss_error, is_psnr),
      unseen: loss === null ? '–' : loss_said(loss, loss_error, is_psnr),
      luts: one.luts,
      certified: one.certified_luts,
      price: price === null ? '–' : `${integer(price)} (${percent(price / one.certified_luts, 1)})`,
      simulations: one.simulations,
    };
  });
  return plain_table('Widths that were searched for', columns, rows, 'pinned');
}

/** Layers by searches: the width that was found, and the proven one where it is another. */
function layers_table(searches: search[], report: report): HTMLElement | null {
  const at = new Map(searches.map((one, i) => [one.design.key, i]));
  const layers = new Map<string, row>();
  for (const unit of table(report, 'point_units')) {
    const i = at.get(String(unit['point']));
    if (i === undefined) continue;
    const name = String(unit['layer'] ?? unit['unit']);
    const row = layers.get(name) ?? { layer: name };
    layers.set(name, row);
    row[`bits-${i}`] = Number(unit['bits']);
    row[`certified-${i}`] = Number(unit['certified_bits']);
  }
  if (layers.size === 0) return null;
  const columns: column[] = [
    { key: 'layer', title: 'Layer' },
    ...searches.map((one, i) =>
      number_column(`bits-${i}`, `${one.design.network.label}, ${one.design.registers}`, (v, row) => {
        if (typeof v !== 'number') return '–';
        const certified = Number(row[`certified-${i}`]);
        return h(
          'span',
          {},
          String(v),
          v < certified && h('span', { class: 'note' }, ` of ${certified} certified`),
        );
      }),
    ),
  ];
  return plain_table('Widths by layer', columns, [...layers.values()], 'pinned');
}

function finding(searches: search[], is_psnr: boolean): text {
  const narrowed = searches.filter((one) => (price_of_proof(one) ?? 0) > 0);
  if (narrowed.length === 0) return ['No searched width takes less than the certified one.'];
  const one = narrowed.reduce((best, other) => (other.luts < best.luts ? other : best));
  const price = price_of_proof(one)!;
  const { loss, loss_error } = one.design;
  return [
    `The searched widths of ${one.design.network.label} take ${integer(one.luts)} LUTs, ` +
      `${percent(price / one.certified_luts, 1)} less than its certified ones `,
    grade_mark('modelled'),
    ': that is what a proof costs here',
    loss !== null && `. On data that the search did not see they lose ${loss_said(loss, loss_error, is_psnr)} `,
    loss !== null && grade_mark('simulated'),
    '.',
  ];
}

/** Null where nothing was searched for. */
export function searched_widths(
  study: study,
  chosen: choice,
  report: report,
): { finding: text; content: HTMLElement[]; count: number } | null {
  const searches = searches_of(study, chosen, report);
  if (searches.length === 0) return null;
  const is_psnr = study.metrics.get(chosen.data) === 'psnr';
  const layers = layers_table(searches, report);
  return {
    finding: finding(searches, is_psnr),
    content: [searches_table(searches, is_psnr), ...(layers ? [layers] : [])],
    count: searches.length,
  };
}

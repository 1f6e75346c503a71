// SPDX-License-Identifier: Apache-2.0
// A study of many designs (schema spillway-study-2, docs/study-store.md) as the page speaks of it. Nothing is typed in by
// hand; what a study does not tell is null.
import { type grade, type report, type row, type value, table } from './data';
import { integer, method_names, percent, real } from './format';

const numeric = (value: value | undefined): number | null => (typeof value === 'number' ? value : null);
const textual = (value: value | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

export interface network {
  key: string;
  name: string;
  /** the folder: networks of one kind, trained in different ways */
  family: string;
  method: string;
  P: number | null;
  epochs: number | null;
  float_accuracy: number | null;
  zeros: number | null;
  stored_bits: number | null;
  entropy_bits: number | null;
  compression: number | null;
  certified_bits: number | null;
  /** "A2Q+ P12" */
  label: string;
}

export interface design {
  key: string;
  network: network;
  data: string;
  folding: string;
  /** what the folding was searched for: "1000 fps" */
  goal: string;
  device: string;
  hardware: string;
  registers: string;
  policy: string;
  bits: number | null;
  overflow: string;
  scope: string;
  grade: grade & ('proved' | 'simulated');
  /** top-1, or PSNR in dB */
  score: number | null;
  score_low: number | null;
  score_high: number | null;
  loss: number | null;
  loss_error: number | null;
  frames: number | null;
  dot_products: number | null;
  events: number | null;
  overflowing: number | null;
  luts: number | null;
  luts_low: number | null;
  luts_high: number | null;
  ff: number | null;
  bram18: number | null;
  uram: number | null;
  dsp: number | null;
  fits: boolean | null;
  utilization: number | null;
  shortage: string | null;
  fps: number | null;
  cycles: number | null;
  latency_us: number | null;
  command: string | null;
  /** "A2Q+ P12, certified" */
  label: string;
}

/** What the study asked for and could not be had. */
export interface missing {
  network: network;
  registers: string;
  policy: string;
  status: string;
  reason: string | null;
}

export interface study {
  networks: network[];
  designs: design[];
  missing: missing[];
  families: string[];
  /** "top-1" or "psnr" of each data set */
  metrics: Map<string, string>;
  /** what each network reaches in exact arithmetic, by network and data */
  exact: Map<string, number>;
  terms: Map<string, Map<string, number>>;
  is_finished: boolean;
}

function read_network(row: row): network {
  const name = String(row['name'] ?? row['network']);
  const method = String(row['method'] ?? '');
  const [P, epochs] = [numeric(row['P']), numeric(row['epochs'])];
  return {
    key: String(row['network']),
    name,
    family: name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : name,
    method,
    P,
    epochs,
    float_accuracy: numeric(row['float_accuracy']),
    zeros: numeric(row['zeros']),
    stored_bits: numeric(row['stored_bits']),
    entropy_bits: numeric(row['entropy_bits']),
    compression: numeric(row['compression']),
    certified_bits: numeric(row['certified_bits']),
    label: [method_names[method] ?? method, P === null ? '' : `P${P}`].filter(Boolean).join(' ') || name,
  };
}

/** Networks of one family that would share a label get their files' names. */
function tell_apart(networks: network[]): void {
  const seen = new Map<string, network[]>();
  for (const network of networks) {
    const key = `${network.family} ${network.label}`;
    seen.set(key, [...(seen.get(key) ?? []), network]);
  }
  for (const same of seen.values()) {
    if (same.length < 2) continue;
    const by_epochs =
      new Set(same.map((network) => network.epochs)).size === same.length &&
      same.every((network) => network.epochs !== null);
    for (const network of same)
      network.label = by_epochs
        ? `${network.label}, ${network.epochs} epochs`
        : network.name.slice(network.name.lastIndexOf('/') + 1);
  }
}

const policies: Record<string, string> = {
  'data-type': 'data-type bound',
  trained_to_wrap: 'trained to wrap',
};

export function policy_name(policy: string): string {
  return policies[policy] ?? policy;
}

/** "12 bits, saturates", "certified". */
export function registers_said(design: {
  registers: string;
  policy: string;
  bits: number | null;
  overflow: string;
  grade: string;
}): string {
  const what = /^\d+$/.test(design.registers)
    ? `${design.registers} bits`
    : (policies[design.registers] ?? design.registers);
  const with_bits = /^\d+$/.test(design.registers) || design.bits === null ? what : `${what} (${design.bits})`;
  return design.grade === 'proved'
    ? with_bits
    : `${with_bits}, ${design.overflow === 'saturate' ? 'saturates' : 'wraps'}`;
}

function read_design(row: row, network: network, goals: Map<string, string>, is_psnr: boolean): design {
  const score = is_psnr ? 'psnr' : 'accuracy';
  const get = (key: string) => numeric(row[key]);
  const grade = row['grade'] === 'proved' ? 'proved' : 'simulated';
  const design: design = {
    key: String(row['point']),
    network,
    data: String(row['data']),
    folding: String(row['folding'] ?? ''),
    goal: goals.get(String(row['folding'])) ?? 'default',
    device: String(row['device'] ?? ''),
    hardware: String(row['hardware'] ?? ''),
    registers: String(row['registers'] ?? ''),
    policy: String(row['policy'] ?? ''),
    bits: get('bits'),
    overflow: String(row['overflow'] ?? ''),
    scope: String(row['scope'] ?? ''),
    grade,
    score: get(score),
    score_low: get(`${score}_low`),
    score_high: get(`${score}_high`),
    loss: get('loss'),
    loss_error: get('loss_error'),
    frames: get('frames'),
    dot_products: get('dot_products'),
    events: get('events'),
    overflowing: get('overflowing'),
    luts: get('luts'),
    luts_low: get('luts_low'),
    luts_high: get('luts_high'),
    ff: get('ff'),
    bram18: get('bram18'),
    uram: get('uram'),
    dsp: get('dsp'),
    fits: get('fits') === null ? null : get('fits') === 1,
    utilization: get('utilization'),
    shortage: textual(row['shortage']),
    fps: get('fps'),
    cycles: get('cycles_per_frame'),
    latency_us: get('latency_us'),
    command: textual(row['command']),
    label: '',
  };
  design.label = `${network.label}, ${registers_said(design)}`;
  return design;
}

/** Names of the data sets, by their keys. */
export function data_names(report: report): Map<string, string> {
  return new Map(table(report, 'data').map((row) => [String(row['data']), String(row['name'] ?? row['data'])]));
}

export function read_study(report: report): study {
  const networks = table(report, 'networks').map(read_network);
  tell_apart(networks);
  const by_key = new Map(networks.map((network) => [network.key, network]));
  const goals = new Map(
    table(report, 'foldings').map((row) => [String(row['folding']), String(row['goal'] ?? 'default')]),
  );
  const metrics = new Map(table(report, 'data').map((row) => [String(row['data']), String(row['metric'] ?? '')]));
  const designs: design[] = [];
  const missing: missing[] = [];
  for (const row of table(report, 'points')) {
    const network = by_key.get(String(row['network']));
    if (!network) continue;
    const is_psnr = metrics.get(String(row['data'])) === 'psnr';
    if (row['status'] === 'done') designs.push(read_design(row, network, goals, is_psnr));
    else
      missing.push({
        network,
        registers: String(row['registers'] ?? ''),
        policy: String(row['policy'] ?? ''),
        status: String(row['status'] ?? ''),
        reason: textual(row['reason']),
      });
  }
  const exact = new Map<string, number>();
  for (const row of table(report, 'baselines')) {
    const score = numeric(row['accuracy']) ?? numeric(row['psnr']);
    if (score !== null) exact.set(`${row['network']} ${row['data']}`, score);
  }
  const terms = new Map<string, Map<string, number>>();
  for (const row of table(report, 'point_terms')) {
    const of = terms.get(String(row['point'])) ?? new Map<string, number>();
    terms.set(String(row['point']), of);
    of.set(String(row['category']), Number(row['luts'] ?? 0));
  }
  return {
    networks,
    designs,
    missing,
    families: [...new Set(designs.map((design) => design.network.family))].sort(),
    metrics,
    exact,
    terms,
    is_finished: report.meta['finished'] === '1',
  };
}

/** What everything below the strip follows. */
export interface choice {
  family: string;
  data: string;
  goal: string;
  device: string;
  hardware: string;
}

export const choice_keys = ['family', 'data', 'goal', 'device', 'hardware'] as const;

function value_of(design: design, key: (typeof choice_keys)[number]): string {
  return key === 'family' ? design.network.family : design[key];
}

/** The values that a key can take beside the choices before it, in the order of the study. */
export function values_of(designs: design[], chosen: choice, key: (typeof choice_keys)[number]): string[] {
  const before = choice_keys.slice(0, choice_keys.indexOf(key));
  const of = designs.filter((design) => before.every((one) => value_of(design, one) === chosen[one]));
  return [...new Set(of.map((design) => value_of(design, key)))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
}

/** A choice that the study has: each key as wished, else the value that most designs have. */
export function settled(designs: design[], wished: Partial<choice>): choice {
  const chosen: choice = { family: '', data: '', goal: '', device: '', hardware: '' };
  for (const key of choice_keys) {
    const values = values_of(designs, chosen, key);
    const before = choice_keys.slice(0, choice_keys.indexOf(key));
    const count = (value: string) =>
      designs.filter(
        (design) => value_of(design, key) === value && before.every((one) => value_of(design, one) === chosen[one]),
      ).length;
    const most = values.reduce((best, value) => (count(value) > count(best) ? value : best), values[0] ?? '');
    chosen[key] = values.includes(wished[key] ?? '') ? wished[key]! : most;
  }
  return chosen;
}

export function chosen_designs(designs: design[], chosen: choice): design[] {
  return designs.filter((design) => choice_keys.every((key) => value_of(design, key) === chosen[key]));
}

/** Those that no other one beats in both: at least as good, at most as dear, and one of it strictly; the cheapest first. */
export function front(designs: design[]): design[] {
  const priced = designs.filter((design) => design.luts !== null && design.score !== null);
  const order = priced.sort((a, b) => a.luts! - b.luts! || b.score! - a.score!);
  const kept: design[] = [];
  let best = -Infinity;
  for (const design of order)
    if (design.score! > best) {
      kept.push(design);
      best = design.score!;
    }
  return kept;
}

/** The rules for registers of the papers, and ours. */
export interface rule {
  name: string;
  is: (design: design) => boolean;
}

export const rules: rule[] = [
  { name: '32 bits everywhere', is: (design) => design.policy === 'asked' && design.registers === '32' },
  { name: 'data-type bound', is: (design) => design.policy === 'data-type' },
  { name: 'certified', is: (design) => design.policy === 'certified' },
  { name: 'claimed by the file', is: (design) => design.policy === 'claimed' },
  { name: 'trained to wrap', is: (design) => design.policy === 'trained_to_wrap' },
  { name: 'observed on data', is: (design) => design.policy === 'observed' },
  {
    name: 'one narrow width',
    is: (design) => design.policy === 'asked' && /^\d+$/.test(design.registers) && design.registers !== '32',
  },
  { name: 'searched', is: (design) => design.policy === 'searched' },
];

/** The score that shares are told of: the best float network, or the best in exact arithmetic without bounds. */
export function reference_score(study: study, designs: design[], of: string): number | null {
  const scores =
    of === 'float'
      ? designs.map((design) => design.network.float_accuracy)
      : designs
          .filter((design) => design.network.method === 'qat' || of === 'best')
          .map((design) => study.exact.get(`${design.network.key} ${design.data}`) ?? null);
  const known = scores.filter((score) => score !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

export type found = { design: design } | { why: 'not run' | 'none reaches it' | 'does not fit' };

/** The cheapest design of a rule that keeps the score. */
export function cheapest(designs: design[], is: (design: design) => boolean, least: number): found {
  const mine = designs.filter((design) => is(design) && design.luts !== null && design.score !== null);
  if (mine.length === 0) return { why: 'not run' };
  const good = mine.filter((design) => design.score! >= least - 1e-12);
  if (good.length === 0) return { why: 'none reaches it' };
  const fitting = good.filter((design) => design.fits !== false);
  if (fitting.length === 0) return { why: 'does not fit' };
  return { design: fitting.reduce((best, design) => (design.luts! < best.luts! ? design : best)) };
}

/** "98.20%", "27.31 dB". */
export function score_said(score: number | null, is_psnr: boolean, digits = 2): string {
  if (score === null) return '–';
  return is_psnr ? `${score.toFixed(digits)} dB` : percent(score, digits);
}

export function rate_said(fps: number | null): string {
  return fps === null ? '–' : fps >= 100 ? integer(fps) : real(fps);
}

// SPDX-License-Identifier: Apache-2.0
// The page of a study: what each accumulator bit costs, and what breaks without it.
import { chart } from './chart';
import { type point, type report, type row, order_trials, points, table } from './data';
import { first_overflow, order_facts, saving, study_facts, type study_facts as facts_type } from './facts';
import { integer, method_names, percent, real, scope_names, share } from './format';
import { grade_mark } from './grade';
import { colophon, masthead, section, type page, type text } from './page';
import { curve_charts, heatmap_chart, order_charts, pareto_chart, point_columns, as_percent } from './study_charts';
import { ledger, lead, tiles } from './study_lead';
import { plain_table, sortable_table } from './table';

function overflow_finding(all: point[], facts: facts_type): text {
  const first = first_overflow(all, facts.scope, 0);
  const tenth = first_overflow(all, facts.scope, 0.1);
  if (!first) return ['No dot product overflowed at any width that was tried.'];
  const rate = (p: point) => share(p.overflowing / p.dot_products);
  return [
    `Limited in the ${scope_names[facts.scope]}, the first dot products overflow at ${first.bits} bits ` +
      `(${rate(first)})`,
    tenth && tenth.bits !== first.bits && `; at ${tenth.bits} it is ${rate(tenth)} of them`,
    '.',
  ];
}

function error_finding(all: point[], facts: facts_type): text {
  if (!facts.broken) return [];
  const at = facts.broken.bits;
  const of = (overflow: string, scope: string) =>
    all.find((p) => p.method === 'qat' && p.bits === at && p.overflow === overflow && p.scope === scope);
  const wrap = of('wrap', facts.scope),
    inner = of('saturate', facts.scope),
    final = of('saturate', 'final');
  if (!wrap || !inner) return [];
  return [
    `At ${at} bits wrapping moves a logit by ${real(wrap.mean_abs_error)} on average, saturating in the ` +
      `${scope_names[facts.scope]} by ${real(inner.mean_abs_error)}`,
    final && final !== inner && `, clipping the final sum by ${real(final.mean_abs_error)}`,
    '.',
  ];
}

function accuracy_finding(facts: facts_type): text {
  const now = facts.lost ?? facts.broken;
  if (!now?.a2q) return [];
  const best = Math.max(now.wrap?.accuracy ?? 0, now.saturate?.accuracy ?? 0);
  return [
    `At ${now.bits} bits QAT keeps ${percent(best, 1)} at best in the ${scope_names[facts.scope]}; A2Q, trained ` +
      `for ${now.bits} bits, reads ${percent(now.a2q.accuracy, 1)}`,
    now.a2q_plus && `, and A2Q+ ${percent(now.a2q_plus.accuracy, 1)}`,
    '.',
  ];
}

function order_finding(report: report): text {
  const all = order_facts(order_trials(report)).filter((f) => f.orders > 0);
  const most = all.reduce<(typeof all)[number] | null>(
    (best, f) => (!best || f.accuracy[1] - f.accuracy[0] > best.accuracy[1] - best.accuracy[0] ? f : best),
    null,
  );
  if (!most) return [];
  return [
    `At ${most.bits} bits the order of addition alone moves top-1 between ${percent(most.accuracy[0], 1)} and ` +
      `${percent(most.accuracy[1], 1)} over ${integer(most.orders)} orders`,
    most.final && `; clipping the finished sum gives ${percent(most.final.accuracy, 1)}, whatever the order`,
    '.',
  ];
}

function pareto_finding(facts: facts_type): text {
  const both = [facts.least_a2q, facts.least_a2q_plus].filter((p) => p !== null);
  if (both.length === 0) return [];
  const least = both.reduce((best, p) => (p.luts < best.luts ? p : best));
  return [
    `The smallest proven design within a point of ${facts.wide.bits} bits is ${method_names[least.method]} at ` +
      `${least.bits} bits: ` +
      `${integer(least.luts)} LUTs, ${percent(saving(facts.wide.luts, least.luts), 1)} less.`,
  ];
}

function networks(report: report): HTMLElement | null {
  const rows = table(report, 'training');
  if (rows.length === 0) return null;
  const dash = (v: unknown) => (typeof v === 'number' && v < 32 ? String(v) : '–');
  return section(
    'networks',
    'The networks',
    ['A2Q and A2Q+ pay for their guarantee with the l1 norm of their weights, and so with zeros.'],
    plain_table(
      'The networks',
      [
        { key: 'network', title: 'Network' },
        { key: 'bits', title: 'Trained for P', number: true, text: dash },
        { key: 'sparsity', title: 'Zero weights', number: true, text: as_percent },
        { key: 'l1_max', title: 'Greatest l1 norm', number: true },
        ...(rows.some((row) => row['accuracy_float'] !== null)
          ? [{ key: 'accuracy_float', title: 'Top-1, float', number: true, text: as_percent }]
          : []),
      ],
      rows,
    ),
  );
}

export function study_page(report: report): page {
  const all = points(report);
  const facts = study_facts(all);
  if (!facts)
    return {
      nodes: [masthead(report, 'study', [['This study has not finished its first point yet.']]), colophon(report)],
      drawings: [],
    };
  const curves = curve_charts(report);
  const charts: chart[] = [];
  const draw = (text: ConstructorParameters<typeof chart>[0]) => {
    const made = new chart(text, report);
    charts.push(made);
    return made.element;
  };
  const has_orders = order_trials(report).length > 0;
  const nodes = [
    masthead(report, `study · ${report.meta['dataset'] ?? ''}`, lead(facts)),
    tiles(facts),
    section(
      'ledger',
      'The bill, bit by bit',
      [
        'What each width saves, and what it does to the networks. Before a top-1 the mark says how we know what ' +
          'overflow does there: proved to be nothing ',
        grade_mark('proved'),
        ', or seen on these images ',
        grade_mark('simulated'),
        '; the figure itself is always measured. Shaded cells lose more than a point.',
      ],
      ledger(facts),
    ),
    section(
      'overflow',
      'How often does the accumulator overflow?',
      overflow_finding(all, facts),
      draw(curves.overflows),
    ),
    section('error', 'How far do the logits move?', error_finding(all, facts), draw(curves.error)),
    section(
      'accuracy',
      'How many images are still read correctly?',
      accuracy_finding(facts),
      draw(curves.accuracy),
    ),
    has_orders
      ? section(
          'order',
          'Does the order of addition matter?',
          order_finding(report),
          ...order_charts(report).map(draw),
        )
      : null,
    section('channels', 'Which channels overflow?', [], draw(heatmap_chart(report))),
    section('front', 'What is the best design for the money?', pareto_finding(facts), draw(pareto_chart(report))),
    networks(report),
    section(
      'points',
      'Every point',
      [
        `Each over ${integer(facts.wide.frames)} images, ${integer(facts.wide.dot_products)} dot products. The ` +
          'absence of overflow is proved ',
        grade_mark('proved'),
        ' or only simulated ',
        grade_mark('simulated'),
        ' as each row says; top-1, errors and counts are always simulated, LUTs modelled. The heads of the ' +
          'columns sort.',
      ],
      sortable_table('Every point of the study', point_columns, all as unknown as row[]),
    ),
    colophon(report),
  ];
  return { nodes: nodes.filter((node): node is HTMLElement => node !== null), drawings: charts };
}

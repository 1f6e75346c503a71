// SPDX-License-Identifier: Apache-2.0
// The page of a run: what one accelerator did on one data set.
import { chart } from './chart';
import { type report, type row, type value, table } from './data';
import { h } from './dom';
import { integer, overflow_names, percent, plain, points_between, real, scope_names, share } from './format';
import { grade_badge, grade_mark } from './grade';
import { colophon, masthead, section, tile, type page, type text } from './page';
import { activity_chart, channels_chart, costs_chart, steps_chart } from './run_charts';
import { plain_table, sortable_table, type column } from './table';

type totals = Map<string, number>;

function read_totals(report: report): totals {
  const numbers = table(report, 'totals').map((row) => [String(row['key']), row['value']] as const);
  return new Map(numbers.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

/** True if every channel's certificate holds at its unit's P: then no overflow is a proof, not an observation. */
export function is_proved(report: report): boolean {
  const bits = new Map(table(report, 'units').map((unit) => [unit['unit'], Number(unit['accumulator_bits'])]));
  const channels = table(report, 'channels');
  return (
    channels.length > 0 &&
    channels.every((channel) => {
      const certified = channel['certified_bits'];
      return typeof certified === 'number' && certified <= (bits.get(channel['unit'] ?? null) ?? 0);
    })
  );
}

function format_of(unit: row): string {
  return `${unit['accumulator_bits']} bits, ${overflow_names[unit['overflow'] as 'wrap'] ?? unit['overflow']}, ` +
    `${scope_names[unit['scope'] as 'final'] ?? unit['scope']}`;
}

function lead(report: report, sums: totals): text[] {
  const units = table(report, 'units');
  const formats = [...new Set(units.filter((u) => u['accumulator_bits'] !== null).map(format_of))];
  const frames = sums.get('frames');
  if (frames === undefined) return [['This run was interrupted: what follows is what it had finished.']];
  const over = sums.get('overflowing_dot_products') ?? 0;
  const all = sums.get('dot_products') ?? 0;
  const proved = is_proved(report);
  return [
    [
      `${integer(frames)} frames through ${units.length === 1 ? 'one unit' : `${units.length} units`}`,
      formats.length === 1 && ` whose accumulator has ${formats[0]}`,
      '. ',
      over === 0
        ? proved
          ? 'No addition overflowed, and no input could make one '
          : 'No addition overflowed on this data '
        : `${integer(over)} of ${integer(all)} dot products overflowed (${share(over / all)}) `,
      grade_mark(over === 0 && proved ? 'proved' : 'simulated'),
      '.',
    ],
  ];
}

function tiles(report: report, sums: totals): HTMLElement {
  const get = (key: string) => sums.get(key);
  const flips = table(report, 'flip_counts').reduce((sum, row) => sum + Number(row['frames']), 0);
  const simulated = grade_badge('simulated');
  const list: HTMLElement[] = [];
  const accuracy = get('accuracy'),
    exact = get('exact_accuracy'),
    frames = get('frames'),
    cycles = get('cycles');
  if (accuracy !== undefined)
    list.push(
      tile(
        'Top-1',
        [percent(accuracy, 2)],
        [
          exact === undefined
            ? ''
            : `${points_between(accuracy, exact, 2)} points against exact arithmetic (${percent(exact, 2)})`,
        ],
        simulated,
      ),
    );
  if (get('overflow_events') !== undefined)
    list.push(
      tile(
        'Overflows',
        [integer(get('overflow_events')!)],
        [
          `${integer(get('persistent_dot_products') ?? 0)} of ${integer(get('overflowing_dot_products') ?? 0)} ` +
            'overflowing dot products are persistent',
        ],
        grade_badge('simulated'),
      ),
    );
  if (frames !== undefined)
    list.push(
      tile(
        'Frames flipped',
        [integer(flips)],
        [`of ${integer(frames)} changed their class; mean |logit error| ${real(get('mean_abs_error') ?? 0)}`],
        grade_badge('simulated'),
      ),
    );
  if (cycles !== undefined)
    list.push(
      tile(
        'Cycles',
        [integer(cycles)],
        [
          frames
            ? `${real(cycles / frames)} a frame; the first leaves after ${integer(get('first_frame_latency') ?? 0)}`
            : '',
        ],
        grade_badge('simulated'),
      ),
    );
  return h('dl', { class: 'tiles', 'aria-label': 'Summary' }, list);
}

const number = (key: string, title: string): column => ({ key, title, number: true });
const id = (key: string, title = key): column => ({ key, title, number: true, text: plain });

function units_table(report: report): HTMLElement {
  const columns: column[] = [
    { key: 'name', title: 'Unit' },
    { key: 'kind', title: 'Kind' },
    number('mh', 'MH'),
    number('mw', 'MW'),
    number('pe', 'PE'),
    number('simd', 'SIMD'),
    number('weight_bits', 'Weight bits'),
    { key: 'input_type', title: 'Input' },
    { key: 'accumulator_bits', title: 'Accumulator', text: (v, row) => (v === null ? '–' : format_of(row)) },
    number('latency', 'Latency (cycles)'),
  ];
  return plain_table('The units of the accelerator', columns, table(report, 'units'));
}

function assumptions_section(report: report): HTMLElement | null {
  const rows = table(report, 'assumptions');
  if (rows.length === 0) return null;
  const columns: column[] = [
    { key: 'where', title: 'Where' },
    { key: 'what', title: 'What' },
    { key: 'value', title: 'As' },
    { key: 'why', title: 'Why' },
  ];
  return section(
    'assumptions',
    'What was assumed?',
    ['What the file leaves open, or is not done as it says.'],
    plain_table('What was assumed', columns, rows),
  );
}

function flips_section(report: report): HTMLElement | null {
  const counts = table(report, 'flip_counts');
  const rows = table(report, 'flips');
  const all = counts.reduce((sum, row) => sum + Number(row['frames']), 0);
  if (all === 0) return null;
  const effect = (_: value | undefined, row: row) =>
    row['label'] === null
      ? 'unknown'
      : row['class'] === row['label']
        ? 'became right'
        : row['exact_class'] === row['label']
          ? 'became wrong'
          : 'stayed wrong';
  const said = counts.map((row) => `${integer(Number(row['frames']))} ${row['effect']}`).join(', ');
  return section(
    'flips',
    'Whose class did overflow change?',
    [
      `${integer(all)} frames have another class than with exact arithmetic: ${said} `,
      grade_mark('simulated'),
      '.',
      rows.length < all && ` The table holds the first ${integer(rows.length)}.`,
    ],
    sortable_table(
      'Frames that changed their class',
      [
        id('frame', 'Frame'),
        id('label', 'Label'),
        id('class', 'Class'),
        id('exact_class', 'Exact class'),
        { key: 'effect', title: 'Effect', text: effect },
        number('events', 'Overflows'),
        number('abs_error', 'Mean |error|'),
      ],
      rows,
      20,
    ),
  );
}

function events_section(report: report, sums: totals): HTMLElement | null {
  const rows = table(report, 'events');
  const all = sums.get('overflow_events') ?? rows.length;
  if (rows.length === 0) return null;
  return section(
    'events',
    'The first events',
    [
      `Every addition that a register could not hold, with its full address: ${integer(rows.length)} of ` +
        `${integer(all)}, in the order of the hardware `,
      grade_mark('simulated'),
      '.',
    ],
    sortable_table(
      'The first overflow events',
      [
        ...['frame', 'unit', 'position', 'channel', 'step', 'cycle', 'pe'].map((key) => id(key)),
        ...['before', 'addend', 'exact', 'stored'].map((key) => number(key, key)),
        { key: 'persistent', title: 'kind', text: (v) => (v ? 'persistent' : 'transient') },
      ],
      rows,
      20,
    ),
  );
}

export function run_page(report: report): page {
  const sums = read_totals(report);
  const charts: chart[] = [];
  const draw = (name: string, text: ConstructorParameters<typeof chart>[0]): HTMLElement[] => {
    if (table(report, name).length === 0) return [];
    const made = new chart(text, report);
    charts.push(made);
    return [made.element];
  };
  const part = (id: string, heading: string, finding: text, figures: HTMLElement[]) =>
    figures.length === 0 ? null : section(id, heading, finding, ...figures);
  const overflowed = (sums.get('overflowing_dot_products') ?? 0) > 0;
  const nodes = [
    masthead(report, `run · ${report.meta['dataset'] ?? ''}`, lead(report, sums)),
    sums.size > 0 ? tiles(report, sums) : null,
    overflowed ? part('channels', 'Which channels overflow?', [], draw('channels', channels_chart(report))) : null,
    part('steps', 'Where in the dot product?', [], draw('events_by_step', steps_chart(report))),
    flips_section(report),
    part('activity', 'What did the units do?', [], draw('activity', activity_chart(report))),
    part('costs', 'What does it cost?', [], draw('costs', costs_chart(report))),
    assumptions_section(report),
    table(report, 'units').length > 0 ? section('units', 'The units', [], units_table(report)) : null,
    events_section(report, sums),
    colophon(report),
  ];
  return { nodes: nodes.filter((node): node is HTMLElement => node !== null), charts };
}

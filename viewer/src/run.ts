// SPDX-License-Identifier: Apache-2.0
// The page of a run: what one accelerator did on one data set.
import { type report, type row, type value, table } from './data';
import type { drawing } from './figure';
import { integer, plain } from './format';
import { grade_mark } from './grade';
import { colophon, masthead, sections_of, type page, type part, type text } from './page';
import { channel_counts, channels_finding, heat_figure, seen_finding } from './run_heat';
import { layers_table } from './run_layers';
import { lead, tiles, total_luts } from './run_lead';
import { map_figure } from './run_map_figure';
import { blocks_of, ladder_of, measured_cycles_per_frame, run_facts } from './run_model';
import { price_figure, price_finding } from './run_price';
import { profile_part } from './run_profile';
import { rate_figure, rate_finding } from './run_rate';
import { steps_figure, steps_finding } from './run_steps';
import { number_column, plain_table, sortable_table, type column } from './table';
import { counted, listed } from './words';

const id = (key: string, title = key): column => ({ key, title, number: true, text: plain });

function assumptions_table(report: report): HTMLElement {
  const columns: column[] = [
    { key: 'where', title: 'Where' },
    { key: 'what', title: 'What' },
    { key: 'value', title: 'As' },
    { key: 'why', title: 'Why' },
  ];
  return plain_table('What was assumed', columns, table(report, 'assumptions'), 'wrapping');
}

function flips_finding(report: report): text {
  const counts = table(report, 'flip_counts');
  const all = counts.reduce((sum, row) => sum + Number(row['frames']), 0);
  const said = counts.map((row) => `${integer(Number(row['frames']))} ${row['effect']}`);
  const shown = table(report, 'flips').length;
  return [
    `${counted(all, 'frame')} ${all === 1 ? 'has' : 'have'} another class than with exact arithmetic: ${listed(said)} `,
    grade_mark('simulated'),
    '.',
    shown < all && ` The table holds the first ${integer(shown)}.`,
  ];
}

function flips_table(report: report): HTMLElement {
  const effect = (_: value | undefined, row: row) =>
    row['label'] === null
      ? 'unknown'
      : row['class'] === row['label']
        ? 'became right'
        : row['exact_class'] === row['label']
          ? 'became wrong'
          : 'stayed wrong';
  return sortable_table(
    'Frames that changed their class',
    [
      id('frame', 'Frame'),
      id('label', 'Label'),
      id('class', 'Class'),
      id('exact_class', 'Exact class'),
      { key: 'effect', title: 'Effect', text: effect },
      number_column('events', 'Overflows'),
      number_column('abs_error', 'Mean |error|'),
    ],
    table(report, 'flips'),
    6,
  );
}

function events_table(report: report): HTMLElement {
  return sortable_table(
    'The first overflow events',
    [
      ...['frame', 'unit', 'position', 'channel', 'step', 'cycle', 'pe'].map((key) => id(key)),
      ...['before', 'addend', 'exact', 'stored'].map((key) => number_column(key, key)),
      { key: 'persistent', title: 'kind', text: (v) => (v ? 'persistent' : 'transient') },
    ],
    table(report, 'events'),
    10,
  );
}

/** The branches and the FIFOs, where there are any. */
function map_finding(facts: ReturnType<typeof run_facts>): text {
  const [slowest] = ladder_of(facts);
  const blocks = blocks_of(facts);
  const deep = facts.links.filter((link) => link.depth > 2).sort((a, b) => b.depth - a.depth)[0];
  const reader = deep && facts.units.find((unit) => unit.unit === deep.to);
  const full = facts.links.filter((link) => link.peak !== null && link.depth > 2 && link.peak >= link.depth).length;
  return [
    slowest &&
      `${slowest.units.length === 1 ? slowest.units[0]!.name : counted(slowest.units.length, 'unit')} ${slowest.units.length === 1 ? 'needs' : 'need'} ${integer(slowest.cycles)} ` +
        `cycles a frame and ${slowest.units.length === 1 ? 'sets' : 'set'} the pace. `,
    blocks.length > 0 &&
      `${counted(blocks.length, 'fork')} ${blocks.length === 1 ? 'opens a branch that closes' : 'open branches that close'} again at a join. `,
    reader && `The deepest FIFO, of ${integer(deep.depth)} beats, stands before ${reader.name}`,
    reader && (full > 0 ? `; ${integer(full)} of those deeper than 2 were full at some time.` : '.'),
  ];
}

/** A sentence with the mark of what was seen, or nothing. */
function with_grade(said: string[]): text {
  return said.length === 0 ? [] : [...said, grade_mark('simulated'), '.'];
}

export function run_page(report: report): page {
  const facts = run_facts(report);
  const { over, all } = channel_counts(facts);
  const over_layers = facts.layers.filter(({ register }) => register.overflowing > 0).length;
  const cycles = measured_cycles_per_frame(facts);
  const flips = table(report, 'flip_counts').reduce((sum, row) => sum + Number(row['frames']), 0);
  const events = table(report, 'events');
  const parts: (part | false)[] = [
    facts.units.length > 0 && {
      id: 'map',
      heading: 'The accelerator, from source to sink',
      title: 'The accelerator',
      said: `${counted(facts.units.length, 'unit')}, ${counted(facts.layers.length, 'layer')}`,
      finding: map_finding(facts),
      content: [map_figure(facts, report)],
    },
    facts.layers.length > 0 && {
      id: 'layers',
      heading: 'The layers, one by one',
      title: 'Layers',
      said: over_layers === 0 ? 'none overflows' : `${over_layers} of ${facts.layers.length} overflow`,
      finding: [],
      content: [layers_table(facts)],
    },
    facts.channels.count > 0 && {
      id: 'channels',
      heading: 'Which channels overflow?',
      title: 'Channels',
      said: `${integer(over)} of ${integer(all)}`,
      finding: [...channels_finding(facts), ...with_grade(seen_finding(facts, report))],
      content: [heat_figure(facts, report)],
    },
    profile_part(report),
    table(report, 'events_by_step').length > 0 && {
      id: 'steps',
      heading: 'Where in the dot product?',
      title: 'Steps',
      said: 'by addition',
      finding: [steps_finding(report, facts)],
      content: [steps_figure(facts, report)],
    },
    ladder_of(facts).length > 0 && {
      id: 'rate',
      heading: 'What limits the frame rate?',
      title: 'Frame rate',
      said: cycles ? `${integer((facts.clock_mhz * 1e6) / cycles)} frames/s` : '',
      finding: rate_finding(facts),
      content: [rate_figure(facts, report)],
    },
    total_luts(facts) > 0 && {
      id: 'costs',
      heading: 'Where do the LUTs go?',
      title: 'Price',
      said: `${integer(total_luts(facts))} LUTs`,
      finding: price_finding(facts),
      content: [price_figure(facts, report)],
    },
    flips > 0 && {
      id: 'flips',
      heading: 'Whose class did overflow change?',
      title: 'Frames',
      said: `${integer(flips)} of ${integer(facts.totals.get('frames') ?? flips)} frames`,
      finding: flips_finding(report),
      content: [flips_table(report)],
    },
    table(report, 'assumptions').length > 0 && {
      id: 'assumptions',
      heading: 'What was assumed?',
      title: 'Assumptions',
      said: counted(table(report, 'assumptions').length, 'thing'),
      finding: ['What the file leaves open, or is not done as it says.'],
      content: [assumptions_table(report)],
    },
    events.length > 0 && {
      id: 'events',
      heading: 'The first events',
      title: 'First events',
      said: `${integer(events.length)} of ${integer(facts.totals.get('overflow_events') ?? events.length)}`,
      finding: [
        `Every addition that a register could not hold, with its full address: ${integer(events.length)} of ` +
          `${integer(facts.totals.get('overflow_events') ?? events.length)}, in the order of the hardware `,
        grade_mark('simulated'),
        '.',
      ],
      content: [events_table(report)],
    },
  ];
  const shown = parts.filter((part) => part !== false);
  const drawings: drawing[] = [];
  return {
    nodes: [
      masthead(report, `run · ${report.meta['dataset'] ?? ''}`, lead(facts)),
      ...(facts.totals.size > 0 ? [tiles(facts, report)] : []),
      ...sections_of(shown, drawings),
      colophon(report),
    ],
    drawings,
    contents: shown,
  };
}

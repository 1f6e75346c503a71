// SPDX-License-Identifier: Apache-2.0
// Two runs as their page speaks of them: unit by unit, and frame by frame. What one of them does not tell is null.
import { type comparison, table } from './data';
import { luts_of, measured_cycles_per_frame, run_facts, type run_facts as facts, type unit_facts } from './run_model';

/** A unit of both runs, or of one of them. */
export interface paired_unit {
  name: string;
  a: unit_facts | null;
  b: unit_facts | null;
}

/** The frames with the same numbers in both. */
export interface frame_facts {
  frames: number;
  labelled: number;
  a_right: number;
  b_right: number;
  /** of the frames that the two read as different classes, by what that did */
  changes: Map<string, number>;
  changed: number;
}

export interface compared {
  a: facts;
  b: facts;
  units: paired_unit[];
  /** null where the runs saw different data, or share no frame */
  frames: frame_facts | null;
  has_other_data: boolean;
  /** whether LUTs are of one hardware, so that they can be compared */
  has_one_hardware: boolean;
}

/** Units of one name and kind are the same one; those of B alone stand last. */
export function paired_units(a: facts, b: facts): paired_unit[] {
  const key = (unit: unit_facts) => `${unit.kind} ${unit.name}`;
  const of_b = new Map(b.units.map((unit) => [key(unit), unit]));
  const pairs = a.units.map((unit): paired_unit => ({ name: unit.name, a: unit, b: of_b.get(key(unit)) ?? null }));
  const in_a = new Set(a.units.map(key));
  return [
    ...pairs,
    ...b.units.filter((unit) => !in_a.has(key(unit))).map((unit) => ({ name: unit.name, a: null, b: unit })),
  ];
}

function read_frames(report: comparison): { frames: frame_facts | null; has_other_data: boolean } {
  const [common] = table(report, 'common_frames');
  const get = (key: string) => Number(common?.[key] ?? 0);
  const is_same_name = report.a.meta['dataset'] === report.b.meta['dataset'];
  const has_other_data = get('labels_differ') > 0 || (!is_same_name && get('labelled') === 0);
  if (has_other_data || get('frames') === 0) return { frames: null, has_other_data };
  const changes = new Map(
    table(report, 'class_changes').map((row) => [String(row['effect']), Number(row['frames'])]),
  );
  return {
    has_other_data,
    frames: {
      frames: get('frames'),
      labelled: get('labelled'),
      a_right: get('a_right'),
      b_right: get('b_right'),
      changes,
      changed: [...changes.values()].reduce((sum, n) => sum + n, 0),
    },
  };
}

export function read_comparison(report: comparison): compared {
  const [a, b] = [run_facts(report.a), run_facts(report.b)];
  return {
    a,
    b,
    units: paired_units(a, b),
    ...read_frames(report),
    has_one_hardware: a.hardware !== null && a.hardware === b.hardware,
  };
}

/** What B's top-1 gains on the common frames, as a share, and its standard error, paired frame by frame. */
export function paired_gain(frames: frame_facts): { gain: number; error: number } | null {
  if (frames.labelled === 0) return null;
  const [only_a, only_b] = ['only A is right', 'only B is right'].map((effect) => frames.changes.get(effect) ?? 0);
  const n = frames.labelled;
  const more = only_b! - only_a!;
  return { gain: more / n, error: Math.sqrt(only_a! + only_b! - (more * more) / n) / n };
}

/** Whether both ran just the frames that they share: only then are totals over frames of one and the same set. */
export function has_same_frames({ a, b, frames }: compared): boolean {
  return frames !== null && [a, b].every((facts) => facts.totals.get('frames') === frames.frames);
}

export function luts_in(facts: facts): number | null {
  const all = facts.units.reduce((sum, unit) => sum + luts_of(unit), 0);
  return all > 0 ? all : null;
}

export function frames_a_second(facts: facts): number | null {
  const cycles = measured_cycles_per_frame(facts);
  return cycles ? (facts.clock_mhz * 1e6) / cycles : null;
}

// SPDX-License-Identifier: Apache-2.0
// The frames that two runs read as different classes.
import { paired_gain, type compared, type frame_facts } from './comparison_model';
import { type comparison, table } from './data';
import { integer, plain } from './format';
import { grade_mark } from './grade';
import type { part, text } from './page';
import { sortable_table, type column } from './table';
import { counted, listed } from './words';

/** " Over all of them B’s top-1 is 0.20 points above that of A, with a standard error of 0.28." */
function gain_said(frames: frame_facts): string {
  const gain = paired_gain(frames);
  if (!gain) return '';
  const points = Math.abs(100 * gain.gain).toFixed(2);
  const where = gain.gain === 0 ? 'that of A' : `${points} points ${gain.gain > 0 ? 'above' : 'below'} that of A`;
  const where_said = frames.labelled < frames.frames ? `On the ${integer(frames.labelled)} with a label` : 'Over all of them';
  return ` ${where_said} B’s top-1 is ${where}, with a standard error of ${(100 * gain.error).toFixed(2)} points.`;
}

/** What becomes of single frames, in a sentence or two. */
export function frames_said(now: compared): text {
  const { frames } = now;
  if (now.has_other_data) return ['The two saw different data: single frames are not compared.'];
  if (!frames) return [];
  const all = counted(frames.frames, 'frame');
  if (frames.changed === 0) return [`Both read every one of ${all} that they share as the same class `, grade_mark('simulated'), '.'];
  const said = [...frames.changes].map(([effect, n]) => `${effect} in ${integer(n)}`);
  return [
    `Of ${all} that they share, they read ${integer(frames.changed)} as different classes: ${listed(said)} `,
    grade_mark('simulated'),
    '.',
    gain_said(frames),
  ];
}

export function frames_part(report: comparison, now: compared): part | null {
  const rows = table(report, 'changed_frames');
  if (!now.frames || rows.length === 0) return null;
  const id = (key: string, title: string): column => ({ key, title, number: true, text: plain });
  const rest = now.frames.changed - rows.length;
  return {
    id: 'frames',
    title: 'Frames',
    said: `${integer(now.frames.changed)} of ${integer(now.frames.frames)}`,
    heading: 'Which frames do they read differently?',
    finding: [...frames_said(now), rest > 0 && ` The table holds the first ${integer(rows.length)}.`],
    content: [
      sortable_table(
        'Frames that the two runs read as different classes',
        [
          id('frame', 'Frame'),
          id('label', 'Label'),
          id('a_class', 'Class in A'),
          id('b_class', 'Class in B'),
          { key: 'effect', title: 'Who is right' },
        ],
        rows,
        6,
      ),
    ],
  };
}

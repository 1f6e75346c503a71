// SPDX-License-Identifier: Apache-2.0
// The grade of a number, told by shape first and colour second: ◆ proved, ○ simulated, ≈ modelled.
import type { grade } from './data';
import { h } from './dom';

export const grade_meaning: Record<grade, string> = {
  proved: 'proved: a certificate over every possible input',
  simulated: 'simulated: seen on this data',
  modelled: 'modelled: an estimate by a formula',
};

export function grade_mark(grade: grade): HTMLElement {
  return h('span', { class: `grade grade-${grade}`, role: 'img', 'aria-label': grade, title: grade_meaning[grade] });
}

export function grade_badge(grade: grade): HTMLElement {
  return h(
    'span',
    { class: 'badge', title: grade_meaning[grade] },
    h('span', { class: `grade grade-${grade}`, 'aria-hidden': 'true' }),
    grade,
  );
}

export function grade_key(): HTMLElement {
  const item = (grade: grade, text: string) =>
    h(
      'li',
      {},
      h('span', { class: `grade grade-${grade}`, 'aria-hidden': 'true' }),
      h('strong', {}, grade),
      ` ${text}`,
    );
  return h(
    'ul',
    { class: 'grades', 'aria-label': 'Grades of the numbers' },
    item('proved', 'by a certificate over every possible input'),
    item('simulated', 'seen on this data'),
    item('modelled', 'estimated by a formula'),
  );
}

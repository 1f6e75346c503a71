// SPDX-License-Identifier: Apache-2.0
// The contents at the side: every part of the page with its answer in a few words; the part on the screen is marked.
import { h } from './dom';

export interface entry {
  id: string;
  title: string;
  said: string;
}

function entries(list: entry[]): HTMLElement {
  return h(
    'ol',
    {},
    list.map(({ id, title, said }) =>
      h('li', {}, h('a', { href: `#${id}` }, title, h('span', { class: 'said' }, said))),
    ),
  );
}

/** Marks the last part whose head has come up to the top of the window. */
function follow(list: entry[], places: HTMLElement[]): void {
  const mark = () => {
    let here = list[0]?.id;
    for (const { id } of list)
      if ((document.getElementById(id)?.getBoundingClientRect().top ?? Infinity) < 160) here = id;
    for (const link of places.flatMap((place) => [...place.querySelectorAll('a')])) {
      if (link.getAttribute('href') === `#${here}`) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  };
  let is_due = false;
  addEventListener(
    'scroll',
    () => {
      if (is_due) return;
      is_due = true;
      requestAnimationFrame(() => {
        is_due = false;
        mark();
      });
    },
    { passive: true },
  );
  mark();
}

/** The answers have changed: something else was chosen. */
export function say_again(list: entry[]): void {
  for (const { id, said } of list)
    for (const place of document.querySelectorAll(`.contents a[href="#${id}"] .said`)) place.textContent = said;
}

export function contents(list: entry[]): HTMLElement {
  const wide = h('div', { class: 'wide' }, entries(list));
  const narrow = h('details', {}, h('summary', {}, 'Contents'), entries(list));
  const nav = h('nav', { class: 'contents', 'aria-label': 'Contents' }, wide, narrow);
  follow(list, [wide, narrow]);
  return nav;
}

// SPDX-License-Identifier: Apache-2.0
// One tooltip for all charts: a text, or {title: value} pairs.
import { h } from './dom';

let made: HTMLElement | null = null;
const the_box = () => (made ??= h('div', { class: 'tooltip', role: 'tooltip', 'aria-hidden': 'true' }));
const margin = 14;

function place(event: MouseEvent): void {
  const box = the_box();
  const { width, height } = box.getBoundingClientRect();
  const right = event.clientX + margin + width > innerWidth;
  const below = event.clientY + margin + height > innerHeight;
  box.style.left = `${Math.max(4, right ? event.clientX - margin - width : event.clientX + margin)}px`;
  box.style.top = `${Math.max(4, below ? event.clientY - margin - height : event.clientY + margin)}px`;
}

function fill(content: unknown): void {
  const box = the_box();
  if (typeof content !== 'object' || content === null) {
    box.replaceChildren(String(content));
    return;
  }
  const lines = Object.entries(content).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  box.replaceChildren(
    h(
      'dl',
      {},
      lines.map(([title, value]) => [h('dt', {}, title), h('dd', {}, String(value))]),
    ),
  );
}

/** What is said of a place: its title and value pairs. */
export type tip = Record<string, string | number | null | undefined>;

export function show_tooltip(event: MouseEvent, content: unknown): void {
  const box = the_box();
  if (!box.isConnected) document.body.append(box);
  fill(content);
  box.classList.add('shown');
  place(event);
}

export function hide_tooltip(): void {
  the_box().classList.remove('shown');
}

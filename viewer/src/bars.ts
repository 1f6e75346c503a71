// SPDX-License-Identifier: Apache-2.0
// Horizontal bars in parts: what a thing is made of, one row a thing.
import type { picture } from './figure';
import { integer, percent } from './format';
import { linear } from './scale';
import { box, canvas, label, shapes, shortened, text_width } from './svg';
import type { tip } from './tooltip';

export interface stacked_bar {
  name: string;
  parts: Map<string, number>;
  /** said before the parts */
  about?: tip;
}

export const bar_height = 20;

export function draw_bars(
  width: number,
  bars: stacked_bar[],
  categories: string[],
  color: (category: string) => string,
  all: number | null,
): picture {
  const sum = (bar: stacked_bar) => categories.reduce((total, name) => total + (bar.parts.get(name) ?? 0), 0);
  const said = bars.map((bar) =>
    all ? `${integer(sum(bar))} · ${percent(sum(bar) / all, 1)}` : integer(sum(bar)),
  );
  const room = Math.max(...said.map((text) => text_width(text, 11)), 20) + 10;
  const gutter = Math.min(width * 0.36, 12 + Math.max(...bars.map((bar) => text_width(bar.name, 11)), 20));
  const x = linear([0, Math.max(1, ...bars.map(sum))], [gutter, width - room]);
  const shapes_of = new Map<string, string[]>(categories.map((name) => [name, []]));
  const texts = bars.flatMap((bar, i) => {
    let done = 0;
    for (const name of categories) {
      const amount = bar.parts.get(name) ?? 0;
      if (amount <= 0) continue;
      shapes_of.get(name)!.push(box(x(done), i * bar_height + 3, x(done + amount) - x(done), bar_height - 6));
      done += amount;
    }
    const y = i * bar_height + bar_height / 2 + 4;
    return [
      label(gutter - 7, y, shortened(bar.name, gutter - 9), 'end', 'ink'),
      label(x(done) + 6, y, said[i]!, 'start'),
    ];
  });
  const svg = canvas(width, bars.length * bar_height);
  const drawn = categories.map((name) => shapes(shapes_of.get(name)!, { fill: color(name), 'data-part': name }));
  svg.append(...[...drawn, ...texts].filter((node): node is NonNullable<typeof node> => node !== null));
  return {
    svg,
    tip_at: (_, py) => {
      const bar = bars[Math.floor(py / bar_height)];
      if (!bar) return null;
      const parts = categories
        .filter((name) => (bar.parts.get(name) ?? 0) > 0)
        .map((name) => [name, integer(bar.parts.get(name)!)] as const);
      return {
        [bar.name]: `${integer(sum(bar))} LUTs`,
        ...(bar.about ?? {}),
        ...Object.fromEntries(parts),
        Grade: 'modelled',
      };
    },
  };
}

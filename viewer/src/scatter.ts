// SPDX-License-Identifier: Apache-2.0
// Points and lines over two axes. Points of one colour and one mark are one element; what is under the pointer is found
// by its place.
import type { picture } from './figure';
import type { scale } from './scale';
import { canvas, circle, diamond, label, line, place, s, shapes, text_width, tick_label } from './svg';
import type { tip } from './tooltip';

export interface mark {
  x: number;
  y: number;
  color: string;
  is_filled: boolean;
  is_faint?: boolean;
  tip: () => tip;
  choose?: () => void;
  /** said beside it: "A" */
  name?: string;
}

export interface curve {
  points: [number, number][];
  color: string;
  is_dashed: boolean;
  /** goes along, then up: what is reached at no more than a price */
  is_stepped?: boolean;
}

/** A level that is told: "float 98.4%". */
export interface level {
  y: number;
  text: string;
}

export interface axes {
  width: number;
  height: number;
  x: { scale: (range: [number, number]) => scale; text: (value: number) => string; title: string; most?: number };
  y: { scale: (range: [number, number]) => scale; text: (value: number) => string };
}

export function draw_scatter(of: axes, marks: mark[], curves: curve[], levels: level[] = []): picture {
  const probe = of.y.scale([1, 0]);
  const y_ticks = probe.ticks(7);
  const left = 10 + Math.max(...y_ticks.map((tick) => text_width(of.y.text(tick), 11)), 10);
  const [top, bottom] = [12, of.height - 40];
  const x = of.x.scale([left + 8, of.width - 14]);
  const y = of.y.scale([bottom, top]);
  const x_ticks = x.ticks(of.x.most ?? Math.max(2, Math.floor((of.width - left) / 90)));
  const inside = marks.filter((mark) => y(mark.y) >= top - 6 && y(mark.y) <= bottom + 1);
  const clip = `clip-${Math.random().toString(36).slice(2)}`;
  const groups = new Map<string, mark[]>();
  for (const mark of inside) {
    const key = `${mark.color} ${mark.is_filled} ${mark.is_faint ?? false}`;
    groups.set(key, [...(groups.get(key) ?? []), mark]);
  }
  const path = (curve: curve) =>
    curve.points
      .map(([px, py], i) =>
        i === 0
          ? `M${place(x(px))} ${place(y(py))}`
          : curve.is_stepped
            ? `H${place(x(px))}V${place(y(py))}`
            : `L${place(x(px))} ${place(y(py))}`,
      )
      .join('');
  const nodes: (Node | null)[] = [
    ...y_ticks.flatMap((tick) => [
      line(left, y(tick), of.width, y(tick), 'grid'),
      label(left - 6, y(tick) + 4, of.y.text(tick), 'end'),
    ]),
    line(left, bottom, of.width, bottom),
    ...x_ticks.map((tick) => tick_label(x(tick), bottom + 16, of.x.text(tick), of.width)),
    label((left + of.width) / 2, bottom + 34, of.x.title, 'middle'),
    ...levels
      .filter((level) => y(level.y) >= top - 2 && y(level.y) <= bottom)
      .flatMap((level) => [
        line(left, y(level.y), of.width, y(level.y), 'level'),
        label(left + 4, y(level.y) - 4, level.text, 'start', 'small'),
      ]),
    s(
      'clipPath',
      { id: clip },
      s('rect', { x: left, y: top - 6, width: of.width - left, height: bottom - top + 7 }),
    ),
    s(
      'g',
      { 'clip-path': `url(#${clip})` },
      curves
        .filter((curve) => curve.points.length > 1)
        .map((curve) =>
          s('path', {
            d: path(curve),
            fill: 'none',
            stroke: curve.color,
            'stroke-width': 1.6,
            'stroke-dasharray': curve.is_dashed ? '4 3' : null,
            'data-part': curve.is_dashed ? 'dashed' : 'solid',
          }),
        ),
    ),
    ...[...groups.values()].map((list) => {
      const { color, is_filled, is_faint } = list[0]!;
      const parts = list.map((mark) =>
        is_filled ? diamond(x(mark.x), y(mark.y), 4.6) : circle(x(mark.x), y(mark.y), 3.6),
      );
      return shapes(parts, {
        fill: is_filled ? color : 'var(--paper)',
        'fill-opacity': is_filled ? 1 : 0.6,
        stroke: color,
        'stroke-width': 1.4,
        opacity: is_faint ? 0.4 : 1,
        'data-part': is_filled ? 'proved' : 'simulated',
      });
    }),
    ...inside
      .filter((mark) => mark.name)
      .flatMap((mark) => [
        shapes([circle(x(mark.x), y(mark.y), 9)], { fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.5 }),
        label(x(mark.x) + 12, y(mark.y) - 7, mark.name!, 'start', 'strong'),
      ]),
  ];
  const svg = canvas(of.width, of.height);
  svg.append(...nodes.filter((node): node is Node => node !== null));
  const nearest = (px: number, py: number): mark | null => {
    let best: mark | null = null;
    let least = 14;
    for (const mark of inside) {
      const distance = Math.hypot(x(mark.x) - px, y(mark.y) - py);
      if (distance < least) [best, least] = [mark, distance];
    }
    return best;
  };
  return {
    svg,
    tip_at: (px, py) => nearest(px, py)?.tip() ?? null,
    on_click: (px, py) => nearest(px, py)?.choose?.(),
  };
}

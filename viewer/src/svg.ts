// SPDX-License-Identifier: Apache-2.0
// SVG elements in one expression, and what charts draw with. Colours are the page's CSS variables, so that light, dark
// and print need no second drawing.

type child = Node | string | null | undefined | false | child[];
type attributes = Record<string, string | number | null | undefined>;

const namespace = 'http://www.w3.org/2000/svg';

export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: attributes = {},
  ...children: child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== null && value !== undefined) element.setAttribute(name, String(value));
  const append = (list: child[]): void => {
    for (const one of list)
      if (Array.isArray(one)) append(one);
      else if (one !== null && one !== undefined && one !== false) element.append(one);
  };
  append(children);
  return element;
}

export function canvas(width: number, height: number, ...children: child[]): SVGSVGElement {
  return s('svg', { width, height, viewBox: `0 0 ${width} ${height}` }, ...children);
}

export type anchor = 'start' | 'middle' | 'end';

export function label(x: number, y: number, text: string, at: anchor = 'start', style = ''): SVGTextElement {
  return s('text', { x: place(x), y: place(y), 'text-anchor': at, class: style || null }, text);
}

export function line(x1: number, y1: number, x2: number, y2: number, style = 'axis'): SVGLineElement {
  return s('line', { x1: place(x1), y1: place(y1), x2: place(x2), y2: place(y2), class: style });
}

/** A coordinate with as many digits as a screen shows. */
export function place(n: number): number {
  return Math.round(n * 100) / 100;
}

/** Part of a path: a rectangle. Many of one colour are one element. */
export function box(x: number, y: number, width: number, height: number): string {
  return `M${place(x)} ${place(y)}h${place(width)}v${place(height)}h${place(-width)}z`;
}

export function diamond(x: number, y: number, r: number): string {
  return `M${place(x)} ${place(y - r)}l${r} ${r}l${-r} ${r}l${-r} ${-r}z`;
}

export function circle(x: number, y: number, r: number): string {
  return `M${place(x - r)} ${place(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
}

/** A path of many parts; nothing where there is none. */
export function shapes(parts: string[], attributes: attributes): SVGPathElement | null {
  return parts.length === 0 ? null : s('path', { d: parts.join(''), ...attributes });
}

let context: CanvasRenderingContext2D | null | undefined;

export function text_width(text: string, size = 11, weight = 400): number {
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) return text.length * size * 0.56;
  context.font = `${weight} ${size}px "Inter Variable", Inter, system-ui, sans-serif`;
  return context.measureText(text).width;
}

/** A number under an axis, moved to the left where the picture, `width` wide, would cut it off. */
export function tick_label(x: number, y: number, text: string, width: number): SVGTextElement {
  return label(Math.min(x, width - text_width(text, 11) / 2 - 1), y, text, 'middle');
}

/** The text, or as much of its begin and end as there is room for. */
export function shortened(text: string, room: number, size = 11): string {
  if (text_width(text, size) <= room) return text;
  for (let kept = text.length - 2; kept > 2; --kept) {
    const end = Math.ceil(kept * 0.6);
    const now = `${text.slice(0, kept - end)}…${text.slice(text.length - end)}`;
    if (text_width(now, size) <= room) return now;
  }
  return `…${text.slice(-2)}`;
}

/** The picture as a file: with the colours of the page in the place of their names. */
export function stand_alone(picture: SVGSVGElement): string {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const style = getComputedStyle(document.documentElement);
  copy.setAttribute('xmlns', namespace);
  copy.prepend(
    s(
      'style',
      {},
      'text{font:11px Inter,system-ui,sans-serif;fill:var(--muted)}text.ink,text.strong{fill:var(--ink)}' +
        'text.strong{font-weight:600}.axis{stroke:var(--rule)}.grid{stroke:var(--hair)}',
    ),
  );
  return copy.outerHTML.replace(
    /var\((--[a-z0-9-]+)\)/g,
    (all, name: string) => style.getPropertyValue(name).trim() || all,
  );
}

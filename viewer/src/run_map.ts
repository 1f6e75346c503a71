// SPDX-License-Identifier: Apache-2.0
// The map of an accelerator: every unit at its place in the order of the streams, and tracks on that one axis. On a
// wide page the axis runs from left to right, on a narrow one, or with very many units, from top to bottom.
import type { picture } from './figure';
import { integer, percent, share } from './format';
import { canvas, label, s, shapes, shortened, text_width } from './svg';
import type { tip } from './tooltip';
import { blocks_of, luts_of, states, type run_facts } from './run_model';
import { busy_share, deepest_fifo, plane, tracks_of, type layout } from './run_tracks';
import { kind_name } from './words';

const narrow = 700;
const most_across = 250;
const row_height = 14;
const most_half = 16; // of a bar, where units are few

function unit_tip(facts: run_facts, place: number): tip {
  const unit = facts.units[place]!;
  const { register } = unit;
  const fifo = deepest_fifo(facts, unit.unit);
  const busy = busy_share(facts, unit);
  return {
    [unit.name]: kind_name(unit.kind),
    Layer: unit.layer,
    Register: register && `${register.bits} bits`,
    'Proven from': register?.certified != null ? `${register.certified} bits` : null,
    Overflow:
      register &&
      (register.share > 0 ? share(register.share) : register.grade === 'proved' ? 'none, proved' : 'none seen'),
    Working: unit.activity
      ? percent(unit.activity.working / states.reduce((sum, state) => sum + unit.activity![state], 0), 1)
      : null,
    Busy: !unit.activity && busy !== null ? percent(busy, 1) : null,
    LUTs: unit.luts.size > 0 ? integer(luts_of(unit)) : null,
    'FIFO before it':
      fifo && (fifo.peak === null ? integer(fifo.depth) : `${integer(fifo.peak)} of ${integer(fifo.depth)}`),
  };
}

/** Names of layers at the end of the tracks, as many as there is room for. */
function layer_labels(at: layout, v: number): SVGTextElement[] {
  let last = -Infinity;
  return at.facts.units.flatMap((unit, place) => {
    const text = unit.register ? /\d+$/.exec(unit.name)?.[0] : undefined;
    if (text === undefined) return [];
    const half = text_width(text, 10) / 2 + 2;
    if (at.middle(place) - half < last) return [];
    last = at.middle(place) + half;
    return [label(at.middle(place), v, text, 'middle', unit.register!.overflowing > 0 ? 'small ink' : 'small')];
  });
}

export interface unit_map extends picture {
  mark: (place: number) => void;
}

function bands(at: layout, v0: number, v1: number): (Node | null)[] {
  const blocks = blocks_of(at.facts);
  const area = blocks.map(({ first, last }) =>
    at.on.box(at.middle(first) - at.step / 2, at.middle(last) + at.step / 2, v0, v1),
  );
  const names = at.on.is_upright
    ? []
    : blocks.map(({ first, last }, i) => {
        const room = at.middle(last) - at.middle(first);
        const text = room > 44 ? `block ${i + 1}` : String(i + 1);
        return room > text_width(text, 10)
          ? label((at.middle(first) + at.middle(last)) / 2, v0 - 6, text, 'middle', 'small')
          : null;
      });
  return [shapes(area, { fill: 'var(--wash)', 'data-part': 'blocks' }), ...names];
}

export function draw_map(
  width: number,
  facts: run_facts,
  selected: number,
  select: (place: number) => void,
): unit_map {
  const units = facts.units.length;
  const is_upright = width < narrow || units > most_across;
  const gutter = is_upright ? Math.min(150, Math.max(96, width * 0.3)) : 88;
  const head = is_upright ? 36 : 22;
  const tracks = tracks_of(facts);
  const step = is_upright ? row_height : (width - gutter - 6) / Math.max(1, units);
  const begin = is_upright ? head : gutter;
  const on = new plane(is_upright);
  const gap = is_upright ? 8 : 20;
  const all = tracks.reduce((sum, track) => sum + track.size, 0);
  const scale = is_upright ? (width - gutter - 4 - gap * tracks.length) / Math.max(1, all) : 1;
  const inset = step > 4 ? 0.75 : step > 2 ? 0.25 : 0;
  const half = Math.min(most_half, step / 2 - (is_upright ? 2 : inset));
  const middle = (place: number) => begin + (place + 0.5) * step;
  const at: layout = {
    on,
    facts,
    step,
    begin,
    middle,
    ends: (place) => [middle(place) - half, middle(place) + half],
  };
  const end = begin + step * units;
  const parts: (Node | null)[] = [];
  let v = is_upright ? gutter : head;
  const first = v;
  for (const [i, track] of tracks.entries()) {
    const [low, high] = [v, v + track.size * scale];
    const [base, tip] = is_upright ? [low, high] : [high, low];
    parts.push(on.line(begin, base, end, base, 'axis'), ...track.draw(at, base, tip));
    if (is_upright)
      parts.push(label(low, i % 2 === 0 ? head - 8 : head - 22, track.name.split(' ')[0]!, 'start', 'small ink'));
    else
      parts.push(
        label(0, low + 13, track.name, 'start', 'strong'),
        label(0, low + 26, track.note, 'start', 'small'),
      );
    v = high + gap;
  }
  const last = v - gap;
  const cross = s('path', {
    class: 'crosshair',
    fill: 'none',
    stroke: 'var(--ink)',
    'stroke-width': 1,
    'data-part': 'selected',
  });
  const half_cross = Math.min(26, Math.max(step / 2, 3));
  const mark = (place: number) =>
    cross.setAttribute(
      'd',
      on.box(at.middle(place) - half_cross, at.middle(place) + half_cross, first - 2, last + 2),
    );
  mark(selected);
  const names = is_upright
    ? facts.units.map((unit, place) =>
        label(
          0,
          at.middle(place) + 3.5,
          shortened(unit.name, gutter - 8, 10.5),
          'start',
          unit.register ? 'small ink' : 'small',
        ),
      )
    : layer_labels(at, last + 15);
  const svg = is_upright ? canvas(width, end + 6) : canvas(width, last + 22);
  svg.append(
    ...[...bands(at, first, last), ...parts, ...names, cross].filter((node): node is Node => node !== null),
  );
  const place_at = (x: number, y: number) => {
    const place = Math.floor(((is_upright ? y : x) - begin) / step);
    return place >= 0 && place < units ? place : null;
  };
  return {
    svg,
    mark,
    tip_at: (x, y) => {
      const place = place_at(x, y);
      return place === null ? null : unit_tip(facts, place);
    },
    on_click: (x, y) => {
      const place = place_at(x, y);
      if (place !== null) select(place);
    },
  };
}

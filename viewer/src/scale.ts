// SPDX-License-Identifier: Apache-2.0
// From numbers to places on an axis, and the round numbers that stand at it.

export interface scale {
  (value: number): number;
  ticks: (most: number) => number[];
}

/** The least of 1, 2, 5 times a power of ten that is not below `step`. */
function round_step(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 5, 10].find((factor) => factor * power >= step * (1 - 1e-9)) ?? 10) * power;
}

export function linear(domain: [number, number], range: [number, number]): scale {
  const [low, high] = domain;
  const width = high - low || 1;
  const place = (value: number) => range[0] + ((value - low) / width) * (range[1] - range[0]);
  const ticks = (most: number) => {
    const step = round_step(width / Math.max(1, most));
    const list: number[] = [];
    for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * width; ++n)
      list.push(Number((n * step).toPrecision(12)));
    return list;
  };
  return Object.assign(place, { ticks });
}

/** Both ends of the domain are above 0. */
export function logarithmic(domain: [number, number], range: [number, number]): scale {
  const [low, high] = [Math.log10(domain[0]), Math.log10(domain[1])];
  const width = high - low || 1;
  const place = (value: number) => range[0] + ((Math.log10(value) - low) / width) * (range[1] - range[0]);
  const ticks = (most: number) => {
    const all = (factors: number[]) => {
      const list: number[] = [];
      for (let power = Math.floor(low); power <= Math.ceil(high); ++power)
        for (const factor of factors) {
          const value = factor * 10 ** power;
          if (value >= domain[0] * (1 - 1e-9) && value <= domain[1] * (1 + 1e-9)) list.push(value);
        }
      return list;
    };
    return [[1, 2, 5], [1, 3], [1]].map(all).find((list) => list.length <= most) ?? all([1]);
  };
  return Object.assign(place, { ticks });
}

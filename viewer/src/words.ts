// SPDX-License-Identifier: Apache-2.0
// Counting and listing in sentences.
import { integer } from './format';

export const kind_names: Record<string, string> = {
  mvau: 'matrix unit',
  vvau: 'depthwise unit',
  sliding_window: 'sliding window',
  padding: 'padding',
  thresholding: 'thresholds',
  pool: 'pool',
  global_accumulate: 'global pool',
  add_streams: 'join',
  duplicate_streams: 'fork',
  upsample: 'upsampling',
  concat_streams: 'concatenation',
  split_stream: 'split',
  crop: 'crop',
  label_select: 'label select',
  width_converter: 'width converter',
};

export function kind_name(kind: string): string {
  return kind_names[kind] ?? kind;
}

/** "1 frame", "1,024 frames". */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${integer(n)} ${n === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and c"; of more than `most`, the first ones and how many others. */
export function listed(items: string[], most = 4): string {
  const shown = items.length > most ? items.slice(0, most - 1) : items;
  const rest = items.length - shown.length;
  const all = rest > 0 ? [...shown, `${integer(rest)} others`] : shown;
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all[all.length - 1]}`;
}

/** "10 bits", "9 to 12 bits". */
export function bits_between(widths: number[]): string {
  const [low, high] = [Math.min(...widths), Math.max(...widths)];
  return low === high ? `${low} bits` : `${low} to ${high} bits`;
}

// SPDX-License-Identifier: Apache-2.0
// Made-up reports for tests; no results of anything.
import type { report, row } from '../src/data';

/** A study of many designs: three networks, two foldings, one device. The network n0 is safe from 12 bits. */
export const some_designs: report = (() => {
  const networks = [
    {
      network: 'n0',
      name: 'made-up/qat',
      method: 'qat',
      P: null,
      certified_bits: 12,
      zeros: 0.1,
      entropy_bits: 3.5,
    },
    {
      network: 'n1',
      name: 'made-up/a2q-p10',
      method: 'a2q',
      P: 10,
      certified_bits: 10,
      zeros: 0.4,
      entropy_bits: 2.5,
    },
    { network: 'n2', name: 'other/qat', method: 'qat', P: null, certified_bits: 9, zeros: 0.2, entropy_bits: 3 },
  ].map((row) => ({ ...row, float_accuracy: 0.95, stored_bits: 4, compression: 32 / row.entropy_bits, epochs: 3 }));
  const points: row[] = [];
  for (const { network, certified_bits, method } of networks)
    for (const folding of ['fast', 'slow'])
      for (const [registers, policy, bits] of [
        ['32', 'asked', 32],
        ['certified', 'certified', certified_bits],
        ['8', 'asked', 8],
        ['7', 'asked', 7],
      ] as const)
        points.push({
          point: `${network} ${folding} ${registers}`,
          network,
          data: 'd',
          folding: `${network}-${folding}`,
          device: 'xc7z020',
          hardware: 'spillway',
          registers,
          policy,
          bits,
          overflow: 'wrap',
          scope: 'per_cycle',
          status: 'done',
          grade: bits >= certified_bits ? 'proved' : 'simulated',
          accuracy: (method === 'qat' ? 0.94 : 0.93) - (bits >= certified_bits ? 0 : 0.1 * (certified_bits - bits)),
          luts: (folding === 'fast' ? 3000 : 1000) + 10 * bits,
          fits: folding === 'fast' && bits === 32 ? 0 : 1,
          command: `spillway simulate ${network}`,
        });
  points.push({
    ...points[0]!,
    point: 'absent',
    registers: 'claimed',
    policy: 'claimed',
    status: 'not applicable',
    reason: 'no claim',
  });
  return {
    schema: 'spillway-report-1',
    kind: 'study',
    title: 'made up',
    meta: { schema: 'spillway-study-2', finished: '1' },
    tables: {
      networks,
      points,
      data: [{ data: 'd', name: 'made-up', metric: 'top-1' }],
      foldings: networks.flatMap(({ network }) =>
        ['fast', 'slow'].map((goal) => ({ folding: `${network}-${goal}`, network, goal })),
      ),
      baselines: networks.map(({ network, method }) => ({
        network,
        data: 'd',
        accuracy: method === 'qat' ? 0.94 : 0.93,
        psnr: null,
      })),
      point_terms: [],
      point_units: [],
    },
  };
})();

/** A run: source, fork, two branches of which one has a layer, join, last layer. */
export const some_run: report = {
  schema: 'spillway-report-1',
  kind: 'run',
  title: 'made up',
  meta: { clock_mhz: '100' },
  tables: {
    totals: [
      { key: 'frames', value: 11 },
      { key: 'cycles', value: 1500 },
      { key: 'first_frame_latency', value: 500 },
    ],
    units: ['duplicate_streams', 'mvau', 'thresholding', 'add_streams', 'mvau'].map((kind, unit) => ({
      unit,
      name: `${kind}_${unit}`,
      kind,
      layer: kind === 'mvau' ? `Conv_${unit}` : null,
      accumulator_bits: kind === 'mvau' ? 10 : null,
      overflow: kind === 'mvau' ? 'wrap' : null,
      scope: kind === 'mvau' ? 'per_product' : null,
      mh: 2,
      mw: 8,
      cycles_per_frame: [10, 100, 20, 10, 100][unit]!,
    })),
    streams: [
      { stream: 0, from_unit: null, to_unit: 0, bits: 8, depth: 2, peak: 2 },
      { stream: 1, from_unit: 0, to_unit: 1, bits: 8, depth: 2, peak: 1 },
      { stream: 2, from_unit: 0, to_unit: 3, bits: 8, depth: 90, peak: 88 },
      { stream: 3, from_unit: 1, to_unit: 2, bits: 8, depth: 2, peak: 2 },
      { stream: 4, from_unit: 2, to_unit: 3, bits: 8, depth: 2, peak: 2 },
      { stream: 5, from_unit: 3, to_unit: 4, bits: 8, depth: 2, peak: 2 },
      { stream: 6, from_unit: 4, to_unit: null, bits: 8, depth: 2, peak: 2 },
    ],
    channels: [
      { unit: 1, channel: 0, dot_products: 100, events: 9, overflowing: 5, persistent: 2, certified_bits: 12 },
      { unit: 1, channel: 1, dot_products: 100, events: 0, overflowing: 0, persistent: 0, certified_bits: 9 },
      { unit: 4, channel: 0, dot_products: 10, events: 0, overflowing: 0, persistent: 0, certified_bits: 10 },
      { unit: 4, channel: 1, dot_products: 10, events: 0, overflowing: 0, persistent: 0, certified_bits: 8 },
    ],
    costs: [
      { unit: 1, stream: null, hardware: 'finn-formula', category: 'base', term: 'base', luts: 1000 },
      { unit: 1, stream: null, hardware: 'spillway', category: 'compute', term: 'adder', luts: 40 },
      { unit: 1, stream: null, hardware: 'spillway', category: null, term: 'bram18', luts: 3 },
      { unit: 1, stream: null, hardware: 'spillway', category: null, term: 'ff', luts: 500 },
      { unit: null, stream: 2, hardware: 'spillway', category: 'stream', term: 'ff', luts: 60 },
      { unit: null, stream: 2, hardware: 'spillway', category: 'stream', term: 'slots', luts: 30 },
      { unit: null, stream: 6, hardware: 'spillway', category: 'stream', term: 'slots', luts: 7 },
    ],
  },
};

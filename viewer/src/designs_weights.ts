// SPDX-License-Identifier: Apache-2.0
// How far the weights of the networks can be compressed, and how that goes with the width they were trained for.
import type { report, row } from './data';
import type { choice, network, study } from './designs_model';
import { colored } from './designs_front';
import { figure, type choices, type figure_text, type picture } from './figure';
import { method_names, percent, real } from './format';
import { linear } from './scale';
import { draw_scatter, type mark } from './scatter';
import { canvas, circle, label, line, shapes, shortened, text_width } from './svg';

const row_height = 20;

function networks_of(study: study, chosen: choice): network[] {
  const known = study.networks.filter(
    (network) => network.family === chosen.family && network.entropy_bits !== null && network.stored_bits !== null,
  );
  return known.sort((a, b) => b.entropy_bits! - a.entropy_bits!);
}

function said(network: network): string {
  return [
    network.compression === null ? '' : `${real(network.compression)}×`,
    network.zeros === null ? '' : `${percent(network.zeros, 0)} zeros`,
  ]
    .filter(Boolean)
    .join(', ');
}

function draw_bits(width: number, list: network[], color: (method: string) => string): picture {
  const gutter = Math.min(width * 0.36, 12 + Math.max(...list.map((network) => text_width(network.label, 11))));
  const most = Math.max(...list.map((network) => network.stored_bits!));
  const room = 12 + Math.max(...list.map((network) => text_width(said(network), 11)));
  const x = linear([0, most], [gutter, width - room]);
  const y = (i: number) => (i + 0.5) * row_height;
  const bottom = list.length * row_height;
  const svg = canvas(width, bottom + 36);
  const ticks = x.ticks(Math.max(2, Math.floor((width - gutter - room) / 60)));
  const nodes = [
    ...ticks.flatMap((tick) => [
      line(x(tick), 0, x(tick), bottom, 'grid'),
      label(x(tick), bottom + 15, String(tick), 'middle'),
    ]),
    label((gutter + width - room) / 2, bottom + 32, 'bits a weight', 'middle'),
    ...list.flatMap((network, i) => [
      label(gutter - 8, y(i) + 4, shortened(network.label, gutter - 10), 'end', 'ink'),
      line(x(network.entropy_bits!), y(i), x(network.stored_bits!), y(i)),
      label(x(network.stored_bits!) + 8, y(i) + 4, said(network)),
    ]),
    shapes(
      list.map((network, i) => circle(x(network.stored_bits!), y(i), 3.2)),
      { fill: 'var(--control)', 'data-part': 'stored' },
    ),
    ...[...new Set(list.map((network) => network.method))].map((method) =>
      shapes(
        list.flatMap((network, i) =>
          network.method === method ? [circle(x(network.entropy_bits!), y(i), 4.2)] : [],
        ),
        { fill: color(method), 'data-part': 'entropy' },
      ),
    ),
  ];
  svg.append(...nodes.filter((node): node is NonNullable<typeof node> => node !== null));
  return {
    svg,
    tip_at: (_, py) => {
      const network = list[Math.floor(py / row_height)];
      return network
        ? {
            Network: network.name,
            'Stored bits a weight': real(network.stored_bits!),
            'Entropy a weight': real(network.entropy_bits!),
            'Against float32': network.compression === null ? null : `${real(network.compression)}×`,
            Zeros: network.zeros === null ? null : percent(network.zeros, 1),
          }
        : null;
    },
  };
}

export function weights_figure(study: study, chosen: choice, report: report): figure | null {
  const list = networks_of(study, chosen);
  if (list.length === 0) return null;
  const { color, groups } = colored(
    study.designs.filter((design) => design.network.family === chosen.family),
    'method',
  );
  const trained = list.filter((network) => network.P !== null || network.certified_bits !== null);
  const width_of = (network: network) => network.P ?? network.certified_bits!;
  const draw_against = (width: number, now: choices): picture => {
    const is_zeros = now['show'] === 'zeros';
    const value = (network: network) => (is_zeros ? network.zeros : network.compression);
    const known = trained.filter((network) => value(network) !== null);
    const most = Math.max(...known.map((network) => value(network)!), 1e-3);
    const bits = known.map(width_of);
    const marks = known.map((network): mark => ({
      x: width_of(network),
      y: value(network)!,
      color: color(network.method),
      is_filled: network.P !== null,
      tip: () => ({
        Network: network.name,
        P: width_of(network),
        [is_zeros ? 'Zeros' : 'Compression']: is_zeros ? percent(value(network)!, 1) : `${real(value(network)!)}×`,
      }),
    }));
    const curves = groups.map((method) => ({
      points: known
        .filter((network) => network.method === method && network.P !== null)
        .map((network): [number, number] => [network.P!, value(network)!])
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]),
      color: color(method),
      is_dashed: false,
    }));
    const of = linear([Math.min(...bits) - 0.5, Math.max(...bits) + 0.5], [0, 1]);
    return draw_scatter(
      {
        width,
        height: 320,
        x: {
          scale: (range) => {
            const x = linear([Math.min(...bits) - 0.5, Math.max(...bits) + 0.5], range);
            return Object.assign((v: number) => x(v), {
              ticks: (n: number) => of.ticks(n).filter(Number.isInteger),
            });
          },
          text: String,
          title: 'P that it was trained for, or is safe from, bits',
        },
        y: {
          scale: (range) => linear([0, most * 1.06], range),
          text: (v) => (is_zeros ? percent(v, 0) : `${real(v)}×`),
        },
      },
      marks,
      curves,
    );
  };
  const text: figure_text = {
    id: 'weights',
    title: 'Bits a weight, stored and after an ideal code',
    caption: (now) =>
      now['show'] === 'bits' || now['show'] === undefined
        ? [
            'The grey dot is what a weight takes as it is stored, the coloured one the entropy of the layers’ ' +
              'weights: no code that looks at single weights gets below it. The ratio is to float32.',
          ]
        : [
            'A filled diamond is a network that was trained for its width, a hollow circle one that is only safe ' +
              'from it. Narrower training pays for its guarantee with zeros, and zeros compress.',
          ],
    ...(trained.length > 1
      ? {
          options: [
            {
              name: 'show',
              label: 'Show',
              value: 'bits',
              options: [
                { value: 'bits', label: 'bits a weight' },
                { value: 'zeros', label: 'zeros against P' },
                { value: 'compression', label: 'compression against P' },
              ],
            },
          ],
        }
      : {}),
    legend: () => groups.map((name) => ({ text: method_names[name] ?? name, color: color(name) })),
    columns: [
      { key: 'network', title: 'Network' },
      { key: 'P', title: 'Trained for P', number: true },
      { key: 'stored', title: 'Stored bits', number: true },
      { key: 'entropy', title: 'Entropy', number: true },
      {
        key: 'compression',
        title: 'Against float32',
        number: true,
        text: (v) => (typeof v === 'number' ? `${real(v)}×` : '–'),
      },
      { key: 'zeros', title: 'Zeros', number: true, text: (v) => (typeof v === 'number' ? percent(v, 1) : '–') },
    ],
    rows: () =>
      list.map((network): row => ({
        network: network.name,
        P: network.P,
        stored: network.stored_bits,
        entropy: network.entropy_bits,
        compression: network.compression,
        zeros: network.zeros,
      })),
    draw: (width, now) =>
      now['show'] === 'zeros' || now['show'] === 'compression'
        ? draw_against(width, now)
        : draw_bits(width, list, color),
  };
  return new figure(text, report);
}

export function weights_finding(study: study, chosen: choice): string[] {
  const list = networks_of(study, chosen);
  const least = list[list.length - 1];
  const qat = list.find((network) => network.method === 'qat');
  if (!least) return [];
  const one = (network: network) =>
    `${network.label} has ${network.zeros === null ? '' : `${percent(network.zeros, 0)} zeros and `}` +
    `an entropy of ${real(network.entropy_bits!)} bits a weight, of ${real(network.stored_bits!)} stored`;
  return [
    one(least),
    qat && qat !== least
      ? `; ${qat.label} ${qat.zeros === null ? '' : `${percent(qat.zeros, 0)} and `}${real(qat.entropy_bits!)}.`
      : '.',
  ];
}

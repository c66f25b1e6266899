import type { ResnetConfig, Stem } from './config.js';

/** He et al. 2016, arXiv:1512.03385, table 1; resnet10 is the same with one basic block a stage. */
export const ARCHITECTURES = {
  resnet10: { block: 'basic', depths: [1, 1, 1, 1] },
  resnet18: { block: 'basic', depths: [2, 2, 2, 2] },
  resnet34: { block: 'basic', depths: [3, 4, 6, 3] },
  resnet50: { block: 'bottleneck', depths: [3, 4, 6, 3] },
} as const satisfies Record<string, { block: BlockKind; depths: readonly number[] }>;

export type ResnetName = keyof typeof ARCHITECTURES;
export type BlockKind = 'basic' | 'bottleneck';

/** A convolution without bias and the norm after it, by torchvision's names. Sizes in pixels. */
export interface ConvNorm {
  readonly conv: string;
  readonly norm: string;
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
  readonly input: number;
  readonly output: number;
  /** Of a group norm. Absent: a batch norm. */
  readonly groups?: number;
}

/** A residual block: relu between the convolutions, the shortcut added before the last relu. */
export interface Block {
  readonly convs: readonly ConvNorm[];
  /** 1x1, where stride or channels change. */
  readonly shortcut?: ConvNorm;
}

export interface Linear {
  readonly name: string;
  readonly input: number;
  readonly output: number;
}

export interface Architecture {
  readonly stem: ConvNorm;
  /** 3x3, stride 2, padding 1. */
  readonly pool: boolean;
  readonly blocks: readonly Block[];
  /** Channels of the last block. */
  readonly features: number;
  /** One layer, or two with a relu between. */
  readonly head: readonly Linear[];
}

const STEM_OF: Record<Stem, { size: number; stride: number; padding: number; pool: boolean }> = {
  imagenet: { size: 7, stride: 2, padding: 3, pool: true },
  cifar: { size: 3, stride: 1, padding: 1, pool: false },
  small: { size: 3, stride: 2, padding: 1, pool: false },
};

/** The network that a name and options describe, layer by layer in torchvision's order. */
export function architectureOf(name: ResnetName, { stem, width, stages, head, norm }: ResnetConfig): Architecture {
  const { block, depths } = ARCHITECTURES[name];
  const { pool, ...first } = STEM_OF[stem];
  const blocks: Block[] = [];
  let input = width;
  for (let stage = 0; stage < stages; stage++) {
    for (let at = 0; at < depths[stage]!; at++) {
      const made = blockOf(`layer${stage + 1}.${at}`, block, input, width * 2 ** stage, stage > 0 && at === 0 ? 2 : 1);
      blocks.push(made);
      input = made.convs.at(-1)!.output;
    }
  }
  const made: Architecture = {
    stem: { conv: 'conv1', norm: 'bn1', ...first, input: 3, output: width },
    pool,
    blocks,
    features: input,
    head: headOf(input, head),
  };
  return norm === 'group' ? inGroups(made) : made;
}

/** The same network with a group norm wherever it has a batch norm: what torchvision makes with its `norm_layer`, names included. */
function inGroups({ stem, blocks, ...rest }: Architecture): Architecture {
  const grouped = (layer: ConvNorm): ConvNorm => ({ ...layer, groups: groupsOf(layer.output) });
  const each = ({ convs, shortcut }: Block): Block => ({
    convs: convs.map(grouped),
    ...(shortcut ? { shortcut: grouped(shortcut) } : {}),
  });
  return { ...rest, stem: grouped(stem), blocks: blocks.map(each) };
}

/** 32, or channels / 2 where that is fewer; where neither divides the channels, the greatest divisor below. */
export function groupsOf(channels: number): number {
  let groups = Math.max(1, Math.min(32, Math.floor(channels / 2)));
  while (channels % groups !== 0) groups--;
  return groups;
}

function blockOf(name: string, kind: BlockKind, input: number, planes: number, stride: number): Block {
  const conv = (at: number, size: number, from: number, to: number, step: number): ConvNorm => ({
    conv: `${name}.conv${at}`,
    norm: `${name}.bn${at}`,
    size,
    stride: step,
    padding: (size - 1) / 2,
    input: from,
    output: to,
  });
  const output = kind === 'basic' ? planes : 4 * planes;
  const convs =
    kind === 'basic'
      ? [conv(1, 3, input, planes, stride), conv(2, 3, planes, planes, 1)]
      : // The stride is in the 3x3, as in torchvision, not in the first 1x1 as in the paper ("v1.5").
        [conv(1, 1, input, planes, 1), conv(2, 3, planes, planes, stride), conv(3, 1, planes, output, 1)];
  if (stride === 1 && input === output) return { convs };
  const shortcut = { ...conv(0, 1, input, output, stride), conv: `${name}.downsample.0`, norm: `${name}.downsample.1` };
  return { convs, shortcut };
}

/** Names as in torchvision (`fc`) and, for the MLP, as in MoCo-v2's checkpoints (`fc.0`, relu, `fc.2`). */
function headOf(features: number, { kind, hidden = features, dim }: ResnetConfig['head']): Linear[] {
  if (kind === 'linear') return [{ name: 'fc', input: features, output: dim }];
  return [
    { name: 'fc.0', input: features, output: hidden },
    { name: 'fc.2', input: hidden, output: dim },
  ];
}

/** Every convolution with its norm, in the order of torchvision's state_dict. */
export const convNormsOf = ({ stem, blocks }: Architecture): ConvNorm[] => [
  stem,
  ...blocks.flatMap(({ convs, shortcut }) => (shortcut ? [...convs, shortcut] : convs)),
];

import { ARCHITECTURES, type ResnetName } from '../resnet/architecture.js';
import type { ResnetConfig, Stem } from '../resnet/config.js';

export type Shapes = ReadonlyMap<string, readonly number[]>;

/** What a ResNet's names and shapes say of it. */
export interface WeightsDescription {
  /** Null: none of those that are built here, e.g. resnet101. */
  readonly name: ResnetName | null;
  /** Stems with a first kernel of that size: 3x3 is of two. */
  readonly stems: readonly Stem[];
  readonly width: number;
  readonly stages: number;
  readonly norm: ResnetConfig['norm'];
  /** Null: none. */
  readonly head: ResnetConfig['head'] | null;
}

const STEMS_OF: Readonly<Record<number, readonly Stem[]>> = { 7: ['imagenet'], 3: ['small', 'cifar'] };

/**
 * Reads off the weights which encoder they are of.
 *
 * @param shapes As in PyTorch, by name. @param prefix What stands before each name.
 * @returns undefined where there is no ResNet.
 */
export function describeShapes(shapes: Shapes, prefix = ''): WeightsDescription | undefined {
  const shapeOf = (name: string) => shapes.get(prefix + name);
  const stem = shapeOf('conv1.weight');
  const depths: number[] = [];
  for (let stage = 1; stage <= 4 && shapeOf(`layer${stage}.0.conv1.weight`); stage++) {
    let depth = 1;
    while (shapeOf(`layer${stage}.${depth}.conv1.weight`)) depth++;
    depths.push(depth);
  }
  if (stem?.length !== 4 || depths.length === 0) return undefined;
  const block = shapeOf('layer1.0.conv3.weight') ? 'bottleneck' : 'basic';
  const names = Object.keys(ARCHITECTURES) as ResnetName[];
  const isThis = (name: ResnetName): boolean =>
    ARCHITECTURES[name].block === block && depths.every((depth, at) => ARCHITECTURES[name].depths[at] === depth);
  return {
    name: names.find(isThis) ?? null,
    stems: STEMS_OF[stem[3]!] ?? [],
    width: stem[0]!,
    stages: depths.length,
    norm: shapeOf('bn1.running_mean') ? 'batch' : 'group',
    head: headOf(shapeOf('fc.weight'), shapeOf('fc.0.weight'), shapeOf('fc.2.weight')),
  };
}

type Shape = readonly number[] | undefined;

function headOf(linear: Shape, first: Shape, second: Shape): WeightsDescription['head'] {
  if (linear) return { kind: 'linear', dim: linear[0]! };
  return first && second ? { kind: 'mlp', hidden: first[0]!, dim: second[0]! } : null;
}

export const ANOTHER = 'another ResNet';

/** Where they differ, as a config has it: `[option, of the weights, of the encoder]`. */
export function differencesOf(weights: WeightsDescription, encoder: WeightsDescription): [string, string, string][] {
  const rows = (of: WeightsDescription): Record<string, string> => ({
    name: of.name ?? ANOTHER,
    stem: of.stems.join(' or ') || 'another',
    width: String(of.width),
    stages: String(of.stages),
    norm: of.norm,
    head: of.head === null ? 'none' : `{ ${Object.entries(of.head).map(([key, value]) => `${key}: ${value}`).join(', ')} }`,
  }); // prettier-ignore
  const [of, wanted] = [rows(weights), rows(encoder)];
  return Object.keys(of).flatMap((option) =>
    of[option] === wanted[option] ? [] : [[option, of[option]!, wanted[option]!] as [string, string, string]],
  );
}

import { fileURLToPath } from 'node:url';
import { createRng, startTensorFlow } from '@mochi/tensorflow';
import { describe, expect, test } from 'vitest';
import { importWeights, readWeights, resnet, torchShape, type ResnetOptions } from '../index.js';
import { describeShapes } from './describe-weights.js';
import { findPrefix } from './find-prefix.js';

await startTensorFlow();

/** A resnet10 with a 3x3 kernel, of width 2, one stage, with a linear head of 3. */
const golden = fileURLToPath(new URL('../../test/golden/half.pth', import.meta.url));
const options = { stem: 'cifar', width: 2, stages: 1, head: { kind: 'linear', dim: 3 } } as const satisfies ResnetOptions;

const networks = (...prefixes: string[]): string[] => [
  ...prefixes.flatMap((prefix) => ['conv1.weight', 'bn1.weight', 'layer1.0.conv1.weight'].map((name) => prefix + name)),
  'queue',
];

test.each([
  { name: 'plain', prefixes: [''], found: '' },
  { name: 'data parallel', prefixes: ['module.'], found: 'module.' },
  { name: 'MoCo', prefixes: ['module.encoder_k.', 'module.encoder_q.'], found: 'module.encoder_q.' },
  { name: 'MoCo v3', prefixes: ['module.momentum_encoder.', 'module.base_encoder.'], found: 'module.base_encoder.' },
  { name: 'a key encoder alone', prefixes: ['encoder_k.'], found: 'encoder_k.' },
  { name: 'nothing like a ResNet', prefixes: [], found: '' },
  { name: 'the key encoder, asked for', prefixes: ['a.encoder_k.', 'a.encoder_q.'], wanted: 'encoder_k.', found: 'a.encoder_k.' },
  { name: 'one of two that end alike', prefixes: ['a.module.', 'module.'], wanted: 'module.', found: 'module.' },
])('prefix: $name', ({ prefixes, wanted, found }) => expect(findPrefix(networks(...prefixes), wanted)).toBe(found));

test.each([
  {
    name: 'a model and its average',
    prefixes: ['model.', 'model_ema.'],
    says: 'more than one network: there are "model.", "model_ema."',
  },
  { name: 'student and teacher', prefixes: ['student.module.', 'teacher.module.'], says: 'prefix: "teacher.module."' },
  { name: 'an end that both have', prefixes: ['student.module.', 'teacher.module.'], wanted: 'module.', says: 'more than one' },
  { name: 'one that is not there', prefixes: ['a.'], wanted: 'b.', says: 'not one network under "b.": there are "a."' },
])('which network is meant is asked: $name', ({ prefixes, wanted, says }) => {
  expect(() => findPrefix(networks(...prefixes), wanted)).toThrow(
    expect.objectContaining({ code: 'MOCHI_WEIGHTS_PREFIX', message: expect.stringContaining(says) as string }) as Error,
  );
});

describe('what weights are of is read off them', () => {
  const shapesOf = (name: Parameters<typeof resnet>[0], options: ResnetOptions) =>
    new Map(Object.entries(resnet(name, options).shapes).map(([weight, shape]) => [`m.${weight}`, torchShape(shape)]));

  test.each([
    { name: 'resnet10', options: { width: 4, stages: 2 }, head: { kind: 'mlp', hidden: 8, dim: 128 } },
    { name: 'resnet18', options: { width: 8, norm: 'group' }, head: { kind: 'mlp', hidden: 64, dim: 128 } },
    { name: 'resnet34', options: { width: 4, stages: 3, head: { kind: 'linear', dim: 5 } }, head: { kind: 'linear', dim: 5 } },
    { name: 'resnet50', options: { width: 4, stages: 1, head: { hidden: 3, dim: 2 } }, head: { kind: 'mlp', hidden: 3, dim: 2 } },
  ] as const)('$name', ({ name, options, head }) => {
    const expected = { name, stems: ['imagenet'], stages: 4, norm: 'batch', ...options, head };
    expect(describeShapes(shapesOf(name, options), 'm.')).toEqual(expected);
  });

  test('a 3x3 kernel is of two stems, what has no fc has no head, and another depth is no network of ours', () => {
    const shapes = shapesOf('resnet10', { stem: 'cifar', width: 4 });
    for (const name of [...shapes.keys()]) if (name.startsWith('m.fc')) shapes.delete(name);
    shapes.set('m.layer2.1.conv1.weight', [1]);
    expect(describeShapes(shapes, 'm.')).toMatchObject({ name: null, stems: ['small', 'cifar'], head: null });
    expect(describeShapes(shapes)).toBeUndefined();
  });

  test('an error says what they are of, what the config has, and what to write', () => {
    const stored = readWeights(golden);
    const fix = (name: Parameters<typeof resnet>[0], other: ResnetOptions, how = {}): string => {
      try {
        importWeights(stored, resnet(name, { ...options, ...other }), createRng(1, 'w'), { file: 'half.pth', ...how });
      } catch (error) {
        return (error as Error).message;
      }
      return 'it fits';
    };
    const wide = fix('resnet18', { width: 4, stem: 'imagenet' }, { head: 'new' });
    expect(wide).toMatch(/^half\.pth does not fit the encoder resnet18: /);
    expect(wide).toContain(
      'the weights have name: resnet10, stem: small or cifar, width: 2, the config name: resnet18, stem: imagenet, width: 4; missing: ',
    );
    expect(wide).toContain('Write in encoder: name: resnet10, stem: small or cifar, width: 2.');
    expect(wide).not.toMatch(/convertStem|head: new/);
    expect(fix('resnet10', { head: { kind: 'linear', dim: 4 } })).toContain(
      'Set weights.head to new, which draws the head anew for training, or keep that of the file by head: { kind: linear, dim: 3 }.',
    );
    expect(fix('resnet10', { stem: 'small' })).toBe('it fits');
  });
});

import type { EncoderWeights } from '@mochi/contract';
import { compile, createRng, disposeTree, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { leakFree } from '@mochi/testing';
import { fromTorchvision, resnet, resnetConfig, toTorchvision, type ResnetName, type ResnetOptions } from './index.js';

await startTensorFlow();

const tiny = (options: ResnetOptions = {}) =>
  resnet('resnet10', { stem: 'cifar', width: 4, stages: 2, head: { dim: 6 }, ...options });
const images = (size = 8, batch = 3) => createRng(5, 'images').normal([batch, size, size, 3]) as tf.Tensor4D;

const momentsOf = (tensor: tf.Tensor) => {
  const values = Array.from(tensor.dataSync());
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return {
    mean,
    std: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length),
    max: values.reduce((a, b) => Math.max(a, Math.abs(b)), 0),
  };
};

describe('apply', () => {
  test.each<{ name: ResnetName; options: ResnetOptions; backbone: number; head: number }>([
    { name: 'resnet10', options: { stem: 'cifar', width: 4 }, backbone: 32, head: 128 },
    { name: 'resnet18', options: { stem: 'small', width: 4, stages: 3, head: { hidden: 7, dim: 5 } }, backbone: 16, head: 5 },
    { name: 'resnet34', options: { width: 2, head: { kind: 'linear', dim: 3 } }, backbone: 16, head: 3 },
    { name: 'resnet50', options: { stem: 'cifar', width: 2, stages: 1 }, backbone: 8, head: 128 },
  ])('$name $options has backbone $backbone and head $head', ({ name, options, backbone, head }) => {
    const encoder = resnet(name, options);
    expect(encoder.dims).toEqual({ backbone, head });
    leakFree(
      [encoder.init(createRng(1, 'w')), images(16)] as const,
      (weights, x) => encoder.apply(weights, x, 'train'),
      (out) => {
        expect(out.backbone).toHaveShape([3, backbone]);
        expect(out.head).toHaveShape([3, head]);
        expect(Object.keys(out.stats)).toEqual(Object.keys(encoder.shapes).filter((n) => n.includes('running')));
      },
    );
  });

  test('an even stem and odd sizes work', () => {
    for (const stem of ['imagenet', 'small', 'cifar'] as const) {
      const encoder = tiny({ stem });
      leakFree(
        [encoder.init(createRng(1, 'w')), images(33)] as const,
        (weights, x) => encoder.apply(weights, x, 'eval'),
        ({ head }) => expect(head).toHaveShape([3, 6]),
      );
    }
  });

  test('eval keeps the statistics themselves, and images of a batch do not touch each other', () => {
    const encoder = tiny();
    const weights = encoder.init(createRng(1, 'w'));
    const x = images();
    const first = tf.slice(x, 0, 1);
    const [all, alone] = [encoder.apply(weights, x, 'eval'), encoder.apply(weights, first, 'eval')];
    expect(all.stats['bn1.running_mean']).toBe(weights.stats['bn1.running_mean']);
    expect(all.head.arraySync()[0]!).toBeAllClose(alone.head.arraySync()[0]!, { rtol: 1e-4 });
    disposeTree([weights, x, first, all.head, all.backbone, alone.head, alone.backbone]);
  });

  test('compiled equals eager', () => {
    const encoder = tiny();
    const compiled = compile((w: EncoderWeights, x: tf.Tensor4D) => encoder.apply(w, x, 'train'), { name: 'encoder' });
    leakFree(
      [encoder.init(createRng(1, 'w')), images()] as const,
      (weights, x) => {
        const eager = encoder.apply(weights, x, 'train');
        return { eager, traced: compiled(weights, x) };
      },
      ({ eager, traced }) => {
        expect(traced.head).toBeAllClose(eager.head, { rtol: 1e-4, atol: 1e-5 });
        expect(traced.stats['bn1.running_var']).toBeAllClose(eager.stats['bn1.running_var']!);
      },
    );
    compiled.dispose();
  });

  test('an image without a batch is refused', () => {
    const x = tf.zeros([8, 8, 3]);
    expect(() => tiny().apply({ params: {}, stats: {} }, x as never, 'eval')).toThrow(
      expect.objectContaining({ code: 'MOCHI_ENCODER_INPUT' }) as Error,
    );
    x.dispose();
  });
});

describe('init', () => {
  test('draws as torchvision does', () => {
    const encoder = resnet('resnet18', { stem: 'cifar', head: { hidden: 300 } });
    leakFree(
      [],
      () => encoder.init(createRng(3, 'w')),
      ({ params, stats }) => {
        const kernel = momentsOf(params['layer3.1.conv2.weight']!); // 3 * 3 * 256 outputs
        expect(Math.abs(kernel.std / Math.sqrt(2 / 2304) - 1)).toBeLessThan(0.01);
        expect(Math.abs(kernel.mean)).toBeLessThan(1e-4);
        const linear = momentsOf(params['fc.0.weight']!); // 512 inputs
        expect(linear.max).toBeLessThanOrEqual(1 / Math.sqrt(512));
        expect(Math.abs(linear.std * Math.sqrt(3 * 512) - 1)).toBeLessThan(0.01);
        expect(momentsOf(params['fc.2.bias']!).max).toBeLessThanOrEqual(1 / Math.sqrt(300));
        expect(params['layer1.0.bn2.weight']).toBeAllClose(Array(64).fill(1));
        expect(stats['layer1.0.bn2.running_var']).toBeAllClose(Array(64).fill(1));
        for (const [name, tensor] of Object.entries({ ...params, ...stats }))
          expect(tensor, name).toHaveShape(encoder.shapes[name]!);
      },
    );
  });

  test('a seed fixes it, layer by layer', () => {
    leakFree(
      [],
      () => [tiny().init(createRng(3, 'w')), tiny({ stages: 3 }).init(createRng(3, 'w')), tiny().init(createRng(4, 'w'))],
      ([a, b, c]) => {
        expect(b!.params['layer2.0.conv1.weight']).toBeAllClose(a!.params['layer2.0.conv1.weight']!, { rtol: 0, atol: 0 });
        expect(Array.from(c!.params['conv1.weight']!.dataSync())).not.toEqual(Array.from(a!.params['conv1.weight']!.dataSync()));
      },
    );
  });

  test('zeroInitResidual starts the last norm of each block at 0', () => {
    leakFree(
      [],
      () => tiny({ zeroInitResidual: true }).init(createRng(3, 'w')),
      ({ params }) => {
        expect(params['layer2.0.bn2.weight']).toBeAllClose(Array(8).fill(0));
        expect(params['layer2.0.bn1.weight']).toBeAllClose(Array(8).fill(1));
      },
    );
  });
});

describe('torchvision layout', () => {
  test('there and back changes nothing', () => {
    const encoder = tiny();
    leakFree(
      [encoder.init(createRng(2, 'w'))] as const,
      (weights) => {
        const state = toTorchvision(weights);
        const prefixed = Object.fromEntries(Object.entries(state).map(([name, tensor]) => [`module.encoder_q.${name}`, tensor]));
        return {
          weights,
          state,
          back: fromTorchvision({ ...prefixed, 'module.queue': state['bn1.bias']! }, encoder, { prefix: 'module.encoder_q.' }),
        };
      },
      ({ weights, state, back }) => {
        expect(Object.keys(state)).toEqual(Object.keys(encoder.shapes));
        expect(state['conv1.weight']).toHaveShape([4, 3, 3, 3]);
        expect(state['fc.2.weight']).toHaveShape([6, 8]);
        for (const [name, tensor] of Object.entries(weights.params))
          expect(back.params[name]).toBeAllClose(tensor, { rtol: 0, atol: 0 });
        expect(Object.keys(back.stats)).toEqual(Object.keys(weights.stats));
      },
    );
  });

  test('what does not fit is listed', () => {
    const encoder = tiny();
    const weights = encoder.init(createRng(2, 'w'));
    const { 'fc.2.bias': bias, ...state } = toTorchvision(weights);
    const extra = tf.zeros([1]);
    const wrong = tf.zeros([9]);
    expect(() => fromTorchvision({ ...state, 'bn1.bias': wrong, other: extra }, encoder)).toThrow(
      /missing: fc\.2\.bias; unexpected: other; of another shape: bn1\.bias is \[9\], not \[4\]/,
    );
    disposeTree([weights, state, bias, extra, wrong]);
  });
});

test('config: defaults, and mistakes that are errors', () => {
  expect(resnetConfig.parse({})).toEqual({
    stem: 'imagenet',
    width: 64,
    stages: 4,
    norm: 'batch',
    head: { kind: 'mlp', dim: 128 },
    zeroInitResidual: false,
  });
  expect(() => resnetConfig.parse({ stem: 'cifra' })).toThrow();
  expect(() => resnetConfig.parse({ stages: 5 })).toThrow();
  expect(() => resnetConfig.parse({ head: { kind: 'linear', hidden: 5 } })).toThrow(/no hidden layer/);
  expect(() => resnetConfig.parse({ hed: {} })).toThrow(/hed/);
});

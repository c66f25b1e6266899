import { AUGMENTATION_OP, BANK, definePlugin, type AugmentationOp, type Plugin } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { expectFault, pluginOf } from '../../test/small-plugin.js';
import { pluginChecks } from '../checks.js';
import { operationConformance } from './conformances.js';
import { operationChecks } from './operation.js';

await startTensorFlow();

const over = (values: tf.Tensor): tf.Tensor => tf.reshape(values, [-1, 1, 1]);
/** Darker by a share that is drawn. */
const darker: AugmentationOp<{ most: number }> = {
  name: 'acme-darker',
  options: z.strictObject({ most: z.number().min(0).max(1).default(0.5) }),
  draws: 1,
  parameters: ([u], { most }) => ({ left: tf.sub(1, tf.mul(u!, most)) }),
  apply: (planes, { left }) => tf.floor(tf.mul(planes, over(left!))),
};
const provided = (op: Partial<AugmentationOp>): Plugin =>
  pluginOf('extension', AUGMENTATION_OP, { ...darker, ...op } as AugmentationOp);
const small = (op: Partial<AugmentationOp>, options = {}) => operationChecks(provided(op), options);

operationConformance(provided({}), { op: { most: 0.3 } });

let calls = 0;
let tosses = 0;
/** A coin, tossed alike in each run of this test. */
const heads = (): boolean => [false, false, true, false, true][tosses++ % 5]!;
test.each<[string, ReturnType<typeof small>, string, RegExp]>([
  ['no name', small({ name: undefined as never }), 'it has a name', /its name is undefined/],
  ['an option that must be given', small({ options: z.strictObject({ most: z.number() }) }), 'it has a name', /options are refused[^]*op\.NAME=VALUE/],
  ['any option taken', small({ options: z.object({}) }), 'an option that', /noSuchOption is taken/],
  ['no draws declared', small({ draws: 0 }), 'images keep', /operation acme-darker: parameters threw [^]*declares 0 draws/],
  ['another order of axes', small({ apply: (planes) => tf.transpose(planes, [1, 0, 2, 3]) }), 'images keep', /shape \[5, 3, 12, 12\], want \[3, 5, 12, 12\]/],
  ['parts of a whole', small({ apply: (planes) => tf.div(planes, 255) }), 'images keep', /a value is 0\.\d+, not a whole number/],
  ['above 255', small({ apply: (planes) => tf.add(planes, 1) }), 'images keep', /a value is 256/],
  ['no number where nothing is drawn', small({ apply: (planes, { left }) => tf.floor(tf.div(planes, over(tf.sub(1, left!)))) }), 'images keep', /a value is (NaN|Infinity)|a value is \d{3,}, not/],
  ['a number for the whole batch', small({ parameters: ([u]) => ({ left: tf.mean(u!) }) }), 'images keep', /parameter left is no tensor with one row/],
  ['chance', small({ apply: (planes) => (heads() ? tf.reverse(planes, 2) : planes) }), 'equal draws', /call \d with equal draws/],
  ['a counter', small({ apply: (planes) => tf.mul(planes, calls++ % 2) }), 'equal draws', /call 2 with equal draws/],
  ['images in another order', small({ apply: (planes) => tf.reverse(planes, 1) }), 'no image sees', /image 0 in a batch/],
  ['the mean of the batch', small({ apply: (planes) => tf.tile(tf.round(tf.mean(planes, 1, true)), [1, planes.shape[1], 1, 1]) }), 'no image sees', /image 0 in a batch/],
  ['a value that is read', small({ apply: (planes) => tf.mul(planes, planes.dataSync()[0]! > 0 ? 1 : 0) }), 'compiled', /threw/],
  ['what was not chosen', small({ choosesItself: true }), 'what it declares', /not chosen/],
  ['an input disposed', small({ apply: (planes) => { const x = tf.clone(planes); planes.dispose(); return x; } }), 'what it declares', /disposes an input/],
])('told: %s', (_, checks, name, message) => expectFault(checks, name, message)); // prettier-ignore

test('plugins check has them for an extension that provides an operation, and none for another', async () => {
  expect(await pluginChecks(provided({}), { op: { most: 1 } })).toHaveLength(7);
  const extension = { kind: 'extension', apiVersion: 1, config: z.strictObject({}), setup: () => {} } as const;
  expect(await pluginChecks(definePlugin({ ...extension, name: 'other' }))).toEqual([]);
  expect(await pluginChecks(definePlugin({ ...extension, name: 'needy', needs: [BANK] }))).toEqual([]);
  await expect(pluginChecks(provided({}), { noSuch: 1 })).rejects.toMatchObject({ code: 'MOCHI_CONFIG_INVALID' });
});

import { z } from 'zod';

export const STEMS = ['imagenet', 'cifar', 'small'] as const;

export const headConfig = z
  .strictObject({
    kind: z.enum(['mlp', 'linear']).default('mlp').describe('mlp: linear, relu, linear (MoCo-v2); linear: one layer'),
    hidden: z.int().positive().optional().describe('units of the hidden layer of the mlp; default: the width of the backbone'),
    dim: z.int().positive().default(128).describe('width of the output'),
  })
  .refine((head) => head.kind === 'mlp' || head.hidden === undefined, {
    error: 'a linear head has no hidden layer: leave hidden out, or set kind to mlp',
    path: ['hidden'],
  });

const weightsOptions = z.strictObject({
  file: z.string().min(1).describe('safetensors, or what torch.save wrote (.pth): nothing in it is executed'),
  prefix: z
    .string()
    .optional()
    .describe('what stands before each name, keys of the checkpoint too, e.g. teacher.module.backbone. (default: found)'),
  head: z
    .enum(['load', 'new'])
    .default('load')
    .describe('load: the head too; new: draw the head anew, as for weights of a classifier'),
  convertStem: z
    .boolean()
    .default(false)
    .describe('convert the first kernel: its centre where it is larger, three channels where it has one; then train on'),
});
/** A file alone, or with how it is to be read. */
const weightsConfig = z.union([z.string().min(1), weightsOptions]);

export const resnetConfig = z.strictObject({
  stem: z
    .enum(STEMS)
    .default('imagenet')
    .describe('imagenet: 7x7 stride 2, max pool (from 128 px); small: 3x3 stride 2 (64-96 px); cifar: 3x3 stride 1 (32 px)'),
  width: z.int().positive().default(64).describe('channels of the first stage; each later stage has twice as many'),
  stages: z.int().min(1).max(4).default(4).describe('stages of blocks; 3 drops layer4'),
  norm: z
    .enum(['batch', 'group'])
    .default('batch')
    .describe(
      'batch: over the images of a batch; group: within each image, channels in 32 groups, or groups of 2 where channels are fewer (no statistics)',
    ),
  head: headConfig.prefault({}).describe('what follows the pooled features in pretraining'),
  zeroInitResidual: z
    .boolean()
    .default(false)
    .describe('start the last norm of each block at 0, so that blocks begin as the identity'),
  weights: weightsConfig
    .optional()
    .describe(
      'file of weights to begin with, of torchvision, timm or MoCo, or { file, prefix, head, convertStem }; default: drawn',
    ),
});
export type ResnetConfig = z.infer<typeof resnetConfig>;
export type ResnetOptions = z.input<typeof resnetConfig>;
export type Stem = ResnetConfig['stem'];

import * as augment from '@mochi/augment';
import * as contract from '@mochi/contract';
import * as core from '@mochi/core';
import * as evaluators from '@mochi/evaluators';
import * as losses from '@mochi/losses';
import * as optim from '@mochi/optim';
import * as tensorflow from '@mochi/tensorflow';
import * as trainer from '@mochi/trainer';
import * as tf from '@tensorflow/tfjs-core';
import * as rxjs from 'rxjs';
import * as tsyringe from 'tsyringe';
import * as zod from 'zod';

/** What a TypeScript plugin imports by name is the copy of this process: one engine, one TensorFlow.js. */
export const sharedModules: Record<string, object> = {
  '@mochi/augment': augment,
  '@mochi/contract': contract,
  '@mochi/core': core,
  '@mochi/evaluators': evaluators,
  '@mochi/losses': losses,
  '@mochi/optim': optim,
  '@mochi/tensorflow': tensorflow,
  '@mochi/trainer': trainer,
  '@tensorflow/tfjs-core': tf,
  rxjs,
  tsyringe,
  zod,
};

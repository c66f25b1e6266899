import type { Tensor } from '@tensorflow/tfjs-core';

/** Tensors by name, e.g. the parameters of an encoder under torchvision's names (`layer1.0.conv1.weight`). */
export type Tensors = Record<string, Tensor>;

/** A tree of named tensors. Every function that takes one and returns one leaves its input untouched. */
export type StateTree = { [name: string]: Tensor | StateTree };

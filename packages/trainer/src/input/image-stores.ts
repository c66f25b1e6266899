import { PackedNames, type ImageStore } from '@mochi/contract';
import { execute, mapFiles, nativeTensor, readFile, readRange, substring, toLong } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { statSync } from 'node:fs';
import { shardUnreadable } from './errors.js';

/** The bytes (a string scalar) or the pixels ([height, width, 3] uint8) of images by id, for traced code. */
export interface StoreReader {
  readonly length: number;
  read(id: tf.Tensor): tf.Tensor;
  dispose(): void;
}

export function openStore(images: ImageStore): StoreReader {
  switch (images.kind) {
    case 'files':
      return openFiles(images);
    case 'encoded':
      return ownedBy([nativeTensor(images.files, [images.files.length], 'string')], images.files.length, ([all], id) =>
        at(all!, id),
      );
    case 'ranges':
      return openRanges(images);
    case 'pixels': {
      const { pixels, height, width } = images;
      const length = pixels.length / (height * width * 3);
      return ownedBy([nativeTensor(pixels, [length, height, width, 3], 'uint8')], length, ([all], id) => at(all!, id));
    }
  }
}

type Store<K extends ImageStore['kind']> = Extract<ImageStore, { kind: K }>;

/** Few paths are a tensor of strings; packed ones stay packed, one long string and where each path is in it. */
function openFiles({ paths }: Store<'files'>): StoreReader {
  if (!(paths instanceof PackedNames)) {
    const list = nativeTensor([...paths], [paths.length], 'string');
    return ownedBy([list], paths.length, ([all], id) => readFile(at(all!, id)));
  }
  const { prefix, bytes, starts, sizes, length } = paths;
  const tensors = [
    nativeTensor([bytes], [], 'string'),
    longs(starts),
    nativeTensor(sizes, [length], 'uint16'),
    nativeTensor([prefix], [], 'string'),
  ];
  return ownedBy(tensors, length, ([all, start, size, before], id) => {
    const name = substring(all!, at(start!, id), toLong(at(size!, id)));
    return readFile(execute('StringJoin', [], [before!, name])[0]!);
  });
}

/** The shards are mapped into memory: a range costs a copy, not a file to be opened. */
function openRanges({ files, file, offset, length }: Store<'ranges'>): StoreReader {
  for (const path of files) requireReadable(path);
  const tensors = [mapFiles(files), nativeTensor(file, [file.length], 'int32'), longs(offset), longs(length)];
  return ownedBy(tensors, file.length, ([mapped, shard, start, size], id) =>
    readRange(mapped!, at(shard!, id), at(start!, id), at(size!, id)),
  );
}

function requireReadable(path: string): void {
  try {
    if (!statSync(path).isFile()) throw new Error('it is no file');
  } catch (cause) {
    throw shardUnreadable(path, cause);
  }
}

function ownedBy(
  tensors: tf.Tensor[],
  length: number,
  read: (tensors: readonly tf.Tensor[], id: tf.Tensor) => tf.Tensor,
): StoreReader {
  for (const tensor of tensors) tf.keep(tensor);
  return {
    length,
    read: (id) => read(tensors, id),
    dispose: () => tensors.forEach((tensor) => tensor.dispose()),
  };
}

const at = (tensor: tf.Tensor, id: tf.Tensor): tf.Tensor => execute('GatherV2', [], [tensor, id, tf.scalar(0, 'int32')])[0]!;

/** Whole numbers up to 2^53 as an int64 tensor. */
function longs(values: Float64Array): tf.Tensor {
  const words = new Uint32Array(2 * values.length);
  values.forEach((value, index) => {
    words[2 * index] = value % 2 ** 32;
    words[2 * index + 1] = Math.floor(value / 2 ** 32);
  });
  return nativeTensor(new BigInt64Array(words.buffer), [values.length], 'int64');
}

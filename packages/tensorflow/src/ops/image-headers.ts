import * as tf from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';

// What the first bytes of an image file say, for traced code. Each takes the file, a string scalar.

/** Bytes of a header that are looked at. */
const HEAD = 32;

const first = (bytes: tf.Tensor, count: number): tf.Tensor =>
  execute('Substr', [attr.type('T', 'int32')], [bytes, tf.scalar(0, 'int32'), tf.scalar(count, 'int32')])[0]!;

/** The first bytes as numbers, [32] float32, zeros past the end of a shorter file. */
function headOf(bytes: tf.Tensor): tf.Tensor1D {
  const padded = execute('StringJoin', [attr.int('N', 2)], [bytes, tf.scalar(new Uint8Array(HEAD), 'string')])[0]!;
  const raw = execute('DecodeRaw', [attr.type('out_type', 'uint8')], [first(padded, HEAD)])[0]!;
  return tf.reshape(execute('Cast', [attr.type('DstT', 'float32')], [raw])[0]!, [HEAD]) as tf.Tensor1D;
}

/** A whole number of some bytes of the head. @param places Of its bytes, the least significant first. */
function numberAt(head: tf.Tensor1D, places: readonly number[]): tf.Tensor {
  const weights = new Float32Array(HEAD);
  places.forEach((place, power) => (weights[place] = 256 ** power));
  return tf.sum(tf.mul(head, tf.tensor1d(weights)));
}

const product = (head: tf.Tensor1D, a: readonly number[], b: readonly number[]): tf.Tensor =>
  tf.mul(numberAt(head, a), numberAt(head, b));

/** Height times width, float32: exact enough to compare. @throws MOCHI_TENSORFLOW for a header that cannot be read. */
export function jpegPixels(bytes: tf.Tensor): tf.Tensor {
  const shape = execute('ExtractJpegShape', [attr.type('output_type', 'int32')], [bytes])[0]!;
  const sides = execute('Cast', [attr.type('DstT', 'float32')], [shape])[0]!;
  return tf.prod(tf.slice(tf.reshape(sides, [3]), 0, 2));
}

export const pngPixels = (bytes: tf.Tensor): tf.Tensor => product(headOf(bytes), [19, 18, 17, 16], [23, 22, 21, 20]);

/** The canvas of an extended file, or the frame of a simple one: lossy, or lossless (14 bits each, the second beginning within a byte). */
export function webpPixels(bytes: tf.Tensor): tf.Tensor {
  const head = headOf(bytes);
  const one = (places: readonly number[]): tf.Tensor => tf.add(numberAt(head, places), 1);
  const bits14 = (number: tf.Tensor): tf.Tensor => tf.mod(number, 2 ** 14);
  const extended = tf.mul(one([24, 25, 26]), one([27, 28, 29]));
  const lossy = tf.mul(bits14(numberAt(head, [26, 27])), bits14(numberAt(head, [28, 29])));
  const height = tf.add(bits14(tf.add(tf.mul(numberAt(head, [23, 24]), 4), tf.floor(tf.div(numberAt(head, [22]), 64)))), 1);
  const lossless = tf.mul(tf.add(bits14(numberAt(head, [21, 22])), 1), height);
  const fourth = numberAt(head, [15]); // of "VP8X", "VP8L" or "VP8 "
  return tf.where(tf.equal(fourth, 88), extended, tf.where(tf.equal(fourth, 76), lossless, lossy));
}

/** GIF by its screen, else as if it were BMP, of which a height may be below zero: such are judged by their lower 24 bits. */
export function otherPixels(bytes: tf.Tensor): tf.Tensor {
  const head = headOf(bytes);
  const gif = product(head, [6, 7], [8, 9]);
  const up = numberAt(head, [22, 23, 24, 25]);
  const height = tf.where(tf.greater(up, 2 ** 31), tf.sub(2 ** 32, up), up);
  const bmp = tf.mul(numberAt(head, [18, 19, 20, 21]), height);
  return tf.where(tf.equal(numberAt(head, [0]), 0x47), gif, bmp);
}

const matches = (text: tf.Tensor, pattern: string): tf.Tensor =>
  execute('StaticRegexFullMatch', [attr.string('pattern', pattern)], [text])[0]!;

const EXIF_WITHIN = 2048;
const EXIF = '(?s)\\C*?Exif\\x00\\x00';
/** An entry of tag 0x0112, type 3 (16 bits), one value: in either order of bytes. The value is the group. */
const LITTLE = 'II\\*\\C*?\\x12\\x01\\x03\\x00\\x01\\x00\\x00\\x00([\\x02-\\x08])\\x00';
const BIG = 'MM\\x00\\*\\C*?\\x01\\x12\\x00\\x03\\x00\\x00\\x00\\x01\\x00([\\x02-\\x08])';
const ORIENTED = `${EXIF}(?:${LITTLE}|${BIG})\\C*`;

/** Whether a JPEG has EXIF near its beginning, where the standard puts it, that says to turn or mirror the image. */
export const hasOrientation = (bytes: tf.Tensor): tf.Tensor => matches(first(bytes, EXIF_WITHIN), ORIENTED);

/** EXIF orientation of a JPEG that has one, 2 to 8, float32 scalar. */
export function orientationOf(bytes: tf.Tensor): tf.Tensor {
  const attrs = [attr.string('pattern', ORIENTED), attr.string('rewrite', '\\1\\2'), attr.bool('replace_global', false)];
  const value = execute('StaticRegexReplace', attrs, [first(bytes, EXIF_WITHIN)])[0]!;
  return numberAt(headOf(value), [0]);
}

const BEFORE_DATA = 65_536;

/**
 * Whether a PNG has no fourth channel of its own (types 0, 2 and 3), and no chunk before its data says what is transparent. Not only faster:
 * asked for four channels of a palette of 16 colours, TensorFlow calls an opacity of 15 full.
 */
export function isOpaquePng(bytes: tf.Tensor): tf.Tensor {
  const type = numberAt(headOf(bytes), [25]);
  const transparent = matches(first(bytes, BEFORE_DATA), '(?s)\\C*tRNS\\C*');
  return tf.logicalAnd(tf.less(type, 4), tf.logicalNot(transparent));
}

/** Bits a pixel of a BMP, float32 scalar; below zero where it is packed or has masks. */
export function bmpBits(bytes: tf.Tensor): tf.Tensor {
  const head = headOf(bytes);
  const plain = tf.equal(numberAt(head, [30, 31]), 0);
  return tf.where(plain, numberAt(head, [28, 29]), tf.scalar(-1));
}

/** Whether what is no JPEG, PNG or WebP is a BMP. */
export const isBmp = (bytes: tf.Tensor): tf.Tensor => tf.equal(numberAt(headOf(bytes), [0, 1]), 0x4d42);

import * as tf from '@tensorflow/tfjs-core';
import { attr, type Attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { cond } from './cond.js';
import { sliceDynamic } from './dynamic-shape.js';
import {
  bmpBits,
  hasOrientation,
  isOpaquePng,
  jpegPixels,
  isBmp,
  orientationOf,
  otherPixels,
  pngPixels,
  webpPixels,
} from './image-headers.js';
import { turnUpright } from './turn-upright.js';

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff);
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
/** Of WebP, as far as images go. */
const RIFF = Uint8Array.of(0x52, 0x49, 0x46, 0x46);

/** Images that say to have more pixels are refused before they are decoded: 8,192 x 8,192. A file of some kilobytes may claim billions. */
export const MAX_PIXELS = 2 ** 26;

/**
 * Decodes a JPEG, PNG, GIF, WebP (the first frame of either) or BMP image, told apart by their first bytes. JPEG as PIL decodes it (accurate integer
 * transform; TensorFlow's default differs by up to 4 of 255), turned upright as its EXIF orientation says; what is transparent in PNG and WebP is
 * laid on white; 16 bits become 8; grey, palette and CMYK (without its colour profile) become RGB. BMP: plain ones of 24 or 32 bits a pixel; others are refused.
 *
 * @param bytes The file, a string scalar.
 * @returns [height, width, 3] uint8; height and width are unknown (-1) while tracing.
 * @throws MOCHI_TENSORFLOW for damaged files, other formats and more than {@link MAX_PIXELS}; inside a pipeline the element fails (see `skipErrors`).
 */
export const decodePixels = (bytes: tf.Tensor): tf.Tensor3D =>
  tf.tidy(() => decodeEither(startsWith(bytes, JPEG), bytes, decodeJpegOrRefuse, decodePngOrOther));

/** The same as float32 in 0..255. */
export const decodeImage = (bytes: tf.Tensor): tf.Tensor3D => tf.tidy(() => toFloat(decodePixels(bytes)) as tf.Tensor3D);

/** From a string scalar to an image [height, width, 3] uint8. */
type Decoder = (bytes: tf.Tensor) => tf.Tensor;

/** What a branch gives has an unknown rank where TensorFlow cannot tell it. */
const decodeEither = (condition: tf.Tensor, bytes: tf.Tensor, whenTrue: Decoder, whenFalse: Decoder): tf.Tensor3D => {
  const image = cond(condition, bytes, whenTrue, whenFalse);
  return execute('EnsureShape', [attr.shape('shape', [null, null, 3])], [image])[0] as tf.Tensor3D;
};

function startsWith(bytes: tf.Tensor, magic: Uint8Array): tf.Tensor {
  const head = execute('Substr', [attr.type('T', 'int32')], [bytes, tf.scalar(0, 'int32'), tf.scalar(magic.length, 'int32')])[0]!;
  return execute('Equal', [attr.type('T', 'string')], [head, tf.scalar(magic, 'string')])[0]!;
}

const decodeJpeg = (bytes: tf.Tensor): tf.Tensor =>
  execute('DecodeJpeg', [attr.int('channels', 3), attr.string('dct_method', 'INTEGER_ACCURATE')], [bytes])[0]!;

const decodeJpegOrRefuse: Decoder = (bytes) => decodeEither(isLarge(jpegPixels(bytes)), bytes, refuseLarge, decodeJpegUpright);

const decodePngOrOther: Decoder = (bytes) =>
  decodeEither(
    startsWith(bytes, PNG),
    bytes,
    (png) => decodeEither(isLarge(pngPixels(png)), png, refuseLarge, decodePng),
    decodeWebpOrOther,
  );

const decodeWebpOrOther: Decoder = (bytes) =>
  decodeEither(
    startsWith(bytes, RIFF),
    bytes,
    (webp) => decodeEither(isLarge(webpPixels(webp)), webp, refuseLarge, decodeWebp),
    (other) => decodeEither(isLarge(otherPixels(other)), other, refuseLarge, decodeOther),
  );

const decodeJpegUpright: Decoder = (bytes) =>
  decodeEither(hasOrientation(bytes), bytes, (turned) => turnUpright(decodeJpeg(turned), orientationOf(turned)), decodeJpeg);

/** Colour or grey without a chunk of transparency needs no fourth channel, nor arithmetic in float32. */
const decodePng: Decoder = (bytes) =>
  decodeEither(
    isOpaquePng(bytes),
    bytes,
    (png) => execute('DecodePng', uint8Image(3), [png])[0]!,
    (png) => layOnWhite(toFloat(execute('DecodePng', uint8Image(4), [png])[0]!)),
  );

/** The op gives a list of frames, with opacity only where the file has it: full opacity appended, channel 3 is right either way. */
function decodeWebp(bytes: tf.Tensor): tf.Tensor {
  const frames = execute('DecodeImage', uint8Image(0), [bytes])[0]!;
  const image = toFloat(
    execute('GatherV2', [attr.type('Tparams', 'uint8')], [frames, tf.scalar(0, 'int32'), tf.scalar(0, 'int32')])[0]!,
  );
  const opaque = tf.add(tf.mul(channels(image, 0, 1), 0), 255);
  return layOnWhite(
    execute('ConcatV2', [attr.int('N', 2), attr.type('T', 'float32')], [image, opaque, tf.scalar(2, 'int32')])[0]!,
  );
}

const decodeOther: Decoder = (bytes) => decodeEither(isBmp(bytes), bytes, decodeBmp, decodeGif);

const decodeGif: Decoder = (bytes) =>
  execute('DecodeImage', [...uint8Image(3), attr.bool('expand_animations', false)], [bytes])[0]!;

/** TensorFlow takes the palette of 8 bits for grey. */
const decodeBmp: Decoder = (bytes) =>
  decodeEither(
    tf.equal(bmpBits(bytes), 24),
    bytes,
    (bmp) => execute('DecodeBmp', [attr.int('channels', 3)], [bmp])[0]!,
    (bmp) =>
      decodeEither(
        tf.equal(bmpBits(bmp), 32),
        bmp,
        (four) => channels(execute('DecodeBmp', [attr.int('channels', 4)], [four])[0]!, 0, 3),
        (other) =>
          refuse(other, 'The BMP has a palette, is packed or has masks; plain ones of 24 or 32 bits a pixel can be decoded'),
      ),
  );

/** @param image [h, w, 4 or more], the fourth channel being the opacity in 0..255. @returns colour * opacity + 255 * (1 - opacity), rounded. */
function layOnWhite(image: tf.Tensor): tf.Tensor {
  const opacity = tf.div(channels(image, 3, 1), 255);
  const laid = tf.add(tf.mul(channels(image, 0, 3), opacity), tf.mul(tf.sub(1, opacity), 255));
  return execute('Cast', [attr.type('SrcT', 'float32'), attr.type('DstT', 'uint8')], [tf.floor(tf.add(laid, 0.5))])[0]!;
}

const channels = (image: tf.Tensor, from: number, count: number): tf.Tensor =>
  sliceDynamic(image, tf.tensor1d([0, 0, from], 'int32'), tf.tensor1d([-1, -1, count], 'int32'));

const uint8Image = (channels: number): Attr[] => [attr.int('channels', channels), attr.type('dtype', 'uint8')];

const isLarge = (pixels: tf.Tensor): tf.Tensor => tf.greater(pixels, MAX_PIXELS);

const refuseLarge: Decoder = (bytes) => refuse(bytes, `The image says that it has more than ${MAX_PIXELS} pixels`);

/** Fails with words: a division of nothing by nothing, which is checked. */
function refuse(bytes: tf.Tensor, why: string): tf.Tensor {
  const length = execute('Cast', [attr.type('DstT', 'float32')], [execute('StringLength', [], [bytes])[0]!])[0]!;
  const nothing = tf.mul(length, 0);
  const never = execute('CheckNumerics', [attr.string('message', why)], [tf.div(nothing, nothing)])[0]!;
  return execute('Cast', [attr.type('DstT', 'uint8')], [tf.add(tf.zeros([1, 1, 3]), never)])[0]!;
}

const toFloat = (image: tf.Tensor): tf.Tensor =>
  execute('Cast', [attr.type('SrcT', 'uint8'), attr.type('DstT', 'float32')], [image])[0]!;

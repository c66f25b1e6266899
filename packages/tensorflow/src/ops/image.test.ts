import { deflateSync } from 'node:zlib';
import { leakFree, referenceCase } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile } from '../compile/compile.js';
import { traceFunction } from '../compile/trace-function.js';
import { attr } from '../native/attributes.js';
import { execute, nativeTensor } from '../runtime/execute.js';
import { startTensorFlow } from '../runtime/start.js';
import { decodeImage } from './decode-image.js';
import { imageSize, sliceDynamic } from './dynamic-shape.js';
import { readFile } from './read-file.js';
import { resizeAntialiased } from './resize-antialiased.js';

await startTensorFlow();

const PIXELS = [[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[10, 20, 30], [200, 100, 50], [255, 255, 255]]]; // prettier-ignore

/** A file of these pixels by one of TensorFlow's encoders. */
function encoded(op: 'EncodeJpeg' | 'EncodePng', pixels: number[][][], attrs: Parameters<typeof execute>[1] = []): tf.Tensor {
  const shape = [pixels.length, pixels[0]!.length, pixels[0]![0]!.length];
  return tf.tidy(() => execute(op, attrs, [nativeTensor(Uint8Array.from(pixels.flat(2)), shape, 'uint8')])[0]!);
}

const fileOf = (bytes: Uint8Array): tf.Tensor => nativeTensor([bytes], [], 'string');

/** A GIF of two frames, 1 x 1: red, then green. */
const GIF = Uint8Array.of(
  ...Buffer.from('GIF89a'), 1, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 255, 0,
  0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 0x01, 0,
  0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4c, 0x01, 0, 0x3b,
); // prettier-ignore

/** An uncompressed BMP, 1 x 2: (1, 2, 3) over (4, 5, 6); rows from the bottom, blue first, padded to 4 bytes. */
function bmp(): Uint8Array {
  const file = Buffer.alloc(62);
  file.write('BM');
  [[2, 62], [10, 54], [14, 40], [18, 1], [22, 2]].forEach(([at, value]) => file.writeUInt32LE(value!, at)); // prettier-ignore
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  file.set([6, 5, 4, 0, 3, 2, 1, 0], 54);
  return file;
}

/** One pixel each: grey, and fully transparent. */
const GREY_WEBP = 'UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA';
const CLEAR_WEBP = 'UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==';

describe('decodeImage', () => {
  test.each([
    { name: 'PNG', file: () => encoded('EncodePng', PIXELS), want: PIXELS, atol: 0 },
    { name: 'JPEG of one colour', file: () => encoded('EncodeJpeg', [[[90, 90, 90], [90, 90, 90]]], [attr.string('format', 'rgb')]), want: [[[90, 90, 90], [90, 90, 90]]], atol: 1 }, // prettier-ignore
    { name: 'grey JPEG: three equal channels', file: () => encoded('EncodeJpeg', [[[77], [77]]]), want: [[[77, 77, 77], [77, 77, 77]]], atol: 1 }, // prettier-ignore
    { name: 'grey PNG', file: () => encoded('EncodePng', [[[5], [250]]]), want: [[[5, 5, 5], [250, 250, 250]]], atol: 0 }, // prettier-ignore
    { name: 'transparent PNG: laid on white', file: () => encoded('EncodePng', [[[0, 100, 200, 0], [0, 100, 200, 255], [0, 0, 0, 51]]]), want: [[[255, 255, 255], [0, 100, 200], [204, 204, 204]]], atol: 1e-4 }, // prettier-ignore
    { name: 'GIF: the first frame', file: () => fileOf(GIF), want: [[[255, 0, 0]]], atol: 0 },
    { name: 'WebP', file: () => fileOf(Buffer.from(GREY_WEBP, 'base64')), want: [[[130, 130, 130]]], atol: 1 },
    {
      name: 'transparent WebP: laid on white',
      file: () => fileOf(Buffer.from(CLEAR_WEBP, 'base64')),
      want: [[[255, 255, 255]]],
      atol: 0,
    },
    { name: 'BMP', file: () => fileOf(bmp()), want: [[[1, 2, 3]], [[4, 5, 6]]], atol: 0 },
  ])('$name, eager and traced', ({ file, want, atol }) => {
    const compiled = compile((bytes: tf.Tensor) => decodeImage(bytes));
    for (const decode of [decodeImage, compiled]) {
      leakFree([file()], decode, (image) => {
        expect(image).toHaveShape([want.length, want[0]!.length, 3]);
        expect(image).toBeAllClose(want, { atol, rtol: 0 });
      });
    }
    compiled.dispose();
  });

  test.each([
    { name: 'no bytes', bytes: new Uint8Array() },
    { name: 'text', bytes: Buffer.from('not an image') },
    { name: 'a PNG that is cut', bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a) },
    { name: 'a JPEG that is cut', bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0) },
    { name: 'a RIFF that is no WebP', bytes: Buffer.from('RIFF....WAVEfmt ') },
    { name: 'deflated noise', bytes: deflateSync(Buffer.from('noise')) },
  ])('refused: $name', ({ bytes }) => {
    tf.tidy(() => void expect(() => decodeImage(fileOf(bytes))).toThrow(expect.objectContaining({ code: 'MOCHI_TENSORFLOW' })));
  });

  test('sides are unknown while tracing', () => {
    const traced = traceFunction((bytes) => [decodeImage(bytes!)], [{ dtype: 'string', shape: [] }]);
    expect(traced.outputs).toEqual([{ dtype: 'float32', shape: [null, null, 3] }]);
    traced.dispose();
  });
});

describe('readFile', () => {
  test('the bytes of this file', () => {
    leakFree([nativeTensor([new URL(import.meta.url).pathname], [], 'string')], readFile, (bytes) => {
      expect(Buffer.from(bytes.dataSync<never>()[0]!).toString()).toContain('the bytes of this file');
    });
  });
});

describe('shapes that are not known', () => {
  test('imageSize and sliceDynamic take the middle of any image', () => {
    const middle = (bytes: tf.Tensor): tf.Tensor => {
      const image = decodeImage(bytes);
      const { height, width } = imageSize(image);
      expect([height.dtype, width.dtype]).toEqual(['int32', 'int32']);
      const begin = tf.stack([
        tf.sub(height, tf.scalar(1, 'int32')),
        tf.sub(width, tf.scalar(2, 'int32')),
        tf.scalar(0, 'int32'),
      ]) as tf.Tensor1D;
      return sliceDynamic(image, begin, tf.tensor1d([1, 1, -1], 'int32'));
    };
    const compiled = compile(middle);
    tf.tidy(() => {
      const file = encoded('EncodePng', PIXELS);
      expect(middle(file).arraySync()).toEqual([[[200, 100, 50]]]);
      expect(compiled(file).arraySync()).toEqual([[[200, 100, 50]]]);
    });
    compiled.dispose();
  });
});

describe('resizeAntialiased', () => {
  test.each([0, 1, 2, 3])('torchvision crop and resize, case %i', (index) => {
    const golden = referenceCase(`augment-${index}`, import.meta.url);
    tf.tidy(() => {
      const [top, left, height, width] = [...golden.values('crop_box_top_left_h_w')] as [number, number, number, number];
      const crop = tf.slice(tf.cast(golden.tensor('image'), 'float32'), [top, left, 0], [height, width, 3]) as tf.Tensor3D;
      const difference = tf.abs(tf.sub(resizeAntialiased(crop, [24, 24]), tf.cast(golden.tensor('crop_resized_24'), 'float32')));
      expect(tf.mean(difference).dataSync()[0]).toBeLessThanOrEqual(1);
      expect(tf.max(difference).dataSync()[0]).toBeLessThanOrEqual(3);
    });
  });

  test('enlarging a step edge interpolates between pixel centres', () => {
    leakFree([tf.tensor3d([0, 100], [1, 2, 1])], (x) => resizeAntialiased(x, [1, 4]), (y) => expect(y).toBeAllClose([[[0], [25], [75], [100]]], { atol: 1e-3 })); // prettier-ignore
  });

  test('halving averages with a triangle, not with a point', () => {
    tf.tidy(() => {
      const y = resizeAntialiased(tf.tensor3d([0, 0, 0, 80, 0, 0, 0, 0], [1, 8, 1]), [1, 4]);
      expect(y).toBeAllClose([[[0], [30], [10], [0]]], { atol: 1e-3 }); // weights 1/8 3/8 3/8 1/8
    });
  });
});

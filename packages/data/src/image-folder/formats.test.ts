import { decodePixels, nativeTensor, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import sharp, { type Sharp } from 'sharp';
import { crc32, deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';

await startTensorFlow();

const [WIDTH, HEIGHT] = [12, 8];
/** No symmetry, so that each way of turning it is another image. */
const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, at) => (at * 5 + Math.floor(at / 36) * 40) % 256);
const image = (): Sharp => sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });

interface Decoded {
  readonly shape: number[];
  readonly pixels: Uint8Array;
}

/** As the input pipeline does it. */
function decode(bytes: Uint8Array): Decoded {
  return tf.tidy(() => {
    const made = decodePixels(nativeTensor([bytes], [], 'string'));
    return { shape: made.shape, pixels: Uint8Array.from(made.dataSync()) };
  });
}

/** As sharp does it, upright and on white. */
async function wanted(bytes: Uint8Array): Promise<Decoded> {
  const { data, info } = await sharp(bytes).rotate().flatten({ background: '#fff' }).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true }); // prettier-ignore
  expect(info.channels).toBe(3);
  return { shape: [info.height, info.width, 3], pixels: Uint8Array.from(data) };
}

const worst = (a: Decoded, b: Decoded): number =>
  a.pixels.reduce((most, value, at) => Math.max(most, Math.abs(value - b.pixels[at]!)), 0);

const alpha = (): Sharp => {
  const rgba = Uint8Array.from({ length: WIDTH * HEIGHT * 4 }, (_, at) => (at % 4 === 3 ? (at * 3) % 256 : (at * 7) % 256));
  return sharp(rgba, { raw: { width: WIDTH, height: HEIGHT, channels: 4 } });
};
const sixteen = (): Sharp => {
  const values = Uint16Array.from(pixels, (value) => value * 257);
  return sharp(values, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
};

const kinds: [name: string, encode: () => Promise<Buffer>, within: number][] = [
  ['JPEG', () => image().jpeg({ quality: 95 }).toBuffer(), 3],
  ['JPEG, progressive', () => image().jpeg({ quality: 95, progressive: true }).toBuffer(), 3],
  ['JPEG, grey', () => image().greyscale().jpeg().toBuffer(), 3],
  ['JPEG, CMYK', () => image().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(), 80],
  ['PNG', () => image().png().toBuffer(), 0],
  ['PNG, interlaced', () => image().png({ progressive: true }).toBuffer(), 0],
  ['PNG, palette', () => image().png({ palette: true, colours: 16 }).toBuffer(), 0],
  ['PNG, palette of two', () => image().png({ palette: true, colours: 2 }).toBuffer(), 0],
  ['PNG, transparent palette', () => alpha().png({ palette: true, colours: 16 }).toBuffer(), 1],
  ['PNG, grey', () => image().greyscale().toColourspace('b-w').png().toBuffer(), 0],
  ['PNG, 16 bits', () => sixteen().toColourspace('rgb16').png().toBuffer(), 0],
  ['PNG, transparent', () => alpha().png().toBuffer(), 1],
  ['GIF', () => image().gif().toBuffer(), 0],
  ['WebP', () => image().webp({ lossless: true }).toBuffer(), 0],
  ['WebP, lossy', () => image().webp({ quality: 90 }).toBuffer(), 3],
  ['WebP, transparent', () => alpha().webp({ lossless: true }).toBuffer(), 1],
]; // prettier-ignore

test.each(kinds)('%s is decoded as sharp decodes it', async (_, encode, within) => {
  const bytes = await encode();
  const [got, want] = [decode(bytes), await wanted(bytes)];
  expect(got.shape).toEqual(want.shape);
  expect(worst(got, want)).toBeLessThanOrEqual(within);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i is honoured', async (orientation) => {
  const bytes = await image().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).withMetadata({ orientation }).toBuffer();
  const [got, want] = [decode(bytes), await wanted(bytes)];
  expect(got.shape).toEqual(orientation < 5 ? [HEIGHT, WIDTH, 3] : [WIDTH, HEIGHT, 3]);
  expect(got.shape).toEqual(want.shape);
  expect(worst(got, want)).toBeLessThanOrEqual(3);
});

test('EXIF in the other order of bytes', async () => {
  const bytes = await image().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex');
  const head = Buffer.alloc(4);
  head.writeUInt16BE(0xffe1, 0);
  head.writeUInt16BE(2 + 6 + tiff.length, 2);
  const turned = Buffer.concat([bytes.subarray(0, 2), head, Buffer.from('Exif\0\0'), tiff, bytes.subarray(2)]);
  expect(decode(turned).shape).toEqual([WIDTH, HEIGHT, 3]);
  expect(worst(decode(turned), await wanted(turned))).toBeLessThanOrEqual(3);
});

/** BMP of one colour. */
function bmp(bits: 8 | 24 | 32, width = 4, height = 2): Buffer {
  const [palette, row] = [bits === 8 ? 1024 : 0, Math.ceil((width * bits) / 32) * 4];
  const bytes = Buffer.alloc(54 + palette + row * Math.min(Math.abs(height), 16), 99);
  bytes.write('BM');
  [bytes.length, 0, 54 + palette, 40].forEach((value, at) => bytes.writeUInt32LE(value, 2 + 4 * at));
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  bytes.fill(0, 30, 54);
  return bytes;
}

test('BMP of 24 and 32 bits is decoded; one with a palette is refused, not taken for grey', () => {
  for (const bits of [24, 32] as const)
    expect(decode(bmp(bits))).toEqual({ shape: [2, 4, 3], pixels: new Uint8Array(24).fill(99) });
  expect(() => decode(bmp(8))).toThrow(/BMP has a palette/);
});

/** A PNG of a kilobyte that claims to be so large. */
function pngBomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    crc.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, crc]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const data = chunk('IDAT', deflateSync(Buffer.alloc(1 << 20)));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), data, chunk('IEND', Buffer.alloc(0))]);
}

test('an image that claims billions of pixels is refused before room is made for them', async () => {
  const peak = process.memoryUsage().rss;
  const jpeg = Buffer.from(await image().jpeg().toBuffer());
  const frame = jpeg.indexOf(Buffer.of(0xff, 0xc0));
  jpeg.writeUInt16BE(60_000, frame + 5);
  jpeg.writeUInt16BE(60_000, frame + 7);
  const webp = Buffer.from(await image().webp({ lossless: true }).toBuffer());
  webp.writeUInt32LE(0xffff_ffff & ~(0xf << 28), 21); // both sides 16,384
  const gif = Buffer.from(await image().gif().toBuffer());
  gif.writeUInt16LE(65_000, 6);
  gif.writeUInt16LE(65_000, 8);
  for (const bomb of [pngBomb(20_000, 20_000), pngBomb(2 ** 31 - 1, 2 ** 31 - 1), jpeg, webp, gif, bmp(24, 60_000, -60_000)])
    expect(() => decode(bomb)).toThrow(/more than 67108864 pixels/);
  expect(process.memoryUsage().rss - peak).toBeLessThan(200 * 2 ** 20);
});

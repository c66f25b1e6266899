import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attr, createRng, execute, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Writes smooth random PNGs, `even/000.png`, `odd/001.png`, ...: a small labelled image folder for tests of whole runs.
 *
 * @param size Side, pixels.
 */
export async function writeImages(folder: string, count: number, size = 20): Promise<void> {
  await startTensorFlow();
  for (let index = 0; index < count; index++) {
    const classFolder = join(folder, index % 2 === 0 ? 'even' : 'odd');
    mkdirSync(classFolder, { recursive: true });
    const encoded = tf.tidy(() => {
      const coarse = createRng(index, 'test-image').uniform([4, 4, 3], 0, 255) as tf.Tensor3D;
      const [pixels] = execute('Cast', [attr.type('DstT', 'uint8')], [tf.image.resizeBilinear(coarse, [size, size])]);
      return execute('EncodePng', [], [pixels!])[0]!;
    });
    const [bytes] = (await encoded.bytes()) as unknown as Uint8Array[];
    encoded.dispose();
    writeFileSync(join(classFolder, `${String(index).padStart(3, '0')}.png`), bytes!);
  }
}

import { dataCorrupt } from '../file-errors.js';
import { maskedCrc32c } from '../shards/crc32c.js';
import { FileWindow } from '../shards/file-window.js';

export interface TfRecord {
  /** Where its data begins in the file. */
  readonly offset: number;
  /** Good until the next record is asked for. */
  readonly data: Uint8Array;
}

const EXPECTED = 'whole TFRecords, not compressed: a length and its sum, the data and its sum';
const [HEAD, FOOT] = [12, 4];

/**
 * The records of a TFRecord file, both sums of each checked (masked CRC-32C).
 *
 * @throws MOCHI_DATA_CORRUPT names the file and the byte where it is cut short or a sum differs.
 * @see tensorflow/core/lib/io/record_writer.h
 */
export async function* tfRecords(path: string): AsyncGenerator<TfRecord> {
  let at = 0;
  let file: FileWindow | undefined;
  try {
    file = await FileWindow.open(path);
    while (at < file.size) {
      const head = await file.read(at, HEAD);
      if (at === 0 && head[0] === 0x1f && head[1] === 0x8b) throw new Error('it is compressed; unpack it with gunzip');
      const view = new DataView(head.buffer, head.byteOffset, HEAD);
      const length = Number(view.getBigUint64(0, true));
      if (maskedCrc32c(head.subarray(0, 8)) !== view.getUint32(8, true)) throw new Error('the sum of its length is wrong');
      const whole = await file.read(at + HEAD, length + FOOT);
      const data = whole.subarray(0, length);
      const sum = new DataView(whole.buffer, whole.byteOffset + length, FOOT).getUint32(0, true);
      if (maskedCrc32c(data) !== sum) throw new Error('the sum of its data is wrong');
      yield { offset: at + HEAD, data };
      at += HEAD + length + FOOT;
    }
  } catch (cause) {
    const why = cause instanceof RangeError ? `the record is cut short: ${cause.message}` : (cause as Error).message;
    throw dataCorrupt(path, `byte ${at}`, why, EXPECTED, cause);
  } finally {
    await file?.close();
  }
}

import { encodeSafetensors } from '@mochi/tensorflow';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { parseWeights } from './read-weights.js';

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
/** Pickles, written opcode by opcode: see CPython's Lib/pickletools.py. */
const pickle = (ops: string): Uint8Array => latin1(`\x80\x02${ops}.`);
const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
const zip = (files: Record<string, Uint8Array>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, data]) => [`a/${name}`, [data, { level: 0 }]])));

/** A storage of float32, as a persistent id. */
const storage = (key = '0', elements = '\x02', type = 'ctorch\nFloatStorage\n', view = ''): string =>
  `(${text('storage')}${type}${text(key)}${text('cpu')}K${elements}${view}tQ`;
/** A state_dict of one tensor: its storage, offset, shape and strides. */
const stateDict = (of = storage(), view = 'K\0K\x02\x85K\x01\x85'): string =>
  `}${text('w')}ctorch._utils\n_rebuild_tensor_v2\n(${of}${view}\x89NtRs`;
const eight = latin1('\0\0\x80\x3f\0\0\0\x40'); // 1, 2
const file = (ops: string, storages: Record<string, Uint8Array> = { 'data/0': eight }): Uint8Array =>
  zip({ 'data.pkl': pickle(ops), ...storages });

const MAGIC = pickle('\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19');
const legacy = (
  ops: string,
  { system = '}', keys = `]${text('0')}a`, data = joined(latin1('\x02\0\0\0\0\0\0\0'), eight) } = {},
) => joined(MAGIC, pickle('M\xe9\x03'), pickle(system), pickle(ops), pickle(keys), data);

const valuesOf = (bytes: Uint8Array): number[] => [...parseWeights(bytes).get('w')!.read()];
const codeOf = (code: string): Error => expect.objectContaining({ code }) as Error;

test.each([
  { name: 'an archive', bytes: file(stateDict()), values: [1, 2] },
  { name: 'the older form', bytes: legacy(stateDict()), values: [1, 2] },
  { name: 'a row that is repeated', bytes: file(stateDict(storage(), 'K\x01K\x03\x85K\0\x85')), values: [2, 2, 2] },
  { name: 'a counter beside it', bytes: file(`}${text('n')}ccollections\nCounter\n)Rs${stateDict().slice(1)}`), values: [1, 2] },
  {
    name: 'numbers as protocol 0 has them',
    bytes: file(stateDict(storage(), 'L0L\nI2\n\x85\x8b\x01\0\0\0\x01\x85')),
    values: [1, 2],
  },
])('$name is read', ({ bytes, values }) => expect(valuesOf(bytes)).toEqual(values));

describe('a call of anything that is not listed is refused by its name', () => {
  const system = 'posix.system';
  test.each([
    { name: 'protocol 0', bytes: latin1("cposix\nsystem\n(S'true'\ntR."), says: system },
    { name: 'an instance of the oldest form', bytes: latin1("(S'true'\niposix\nsystem\n."), says: system },
    { name: 'an object of protocol 1', bytes: latin1("(cposix\nsystem\nS'true'\no."), says: system },
    { name: 'after the magic number', bytes: legacy('cposix\nsystem\n)R'), says: system },
    { name: 'in the list of storages', bytes: legacy(stateDict(), { keys: 'cposix\nsystem\n)R' }), says: system },
    {
      name: 'as the type of a storage',
      bytes: file(stateDict(storage('0', '\x02', 'cbuiltins\neval\n'))),
      says: 'builtins.eval',
    },
    { name: 'in the state of an object', bytes: file(`${stateDict()}cposix\nsystem\n)Rb`), says: system },
    { name: 'a method of a listed name', bytes: file('ctorch\nFloatStorage.__init__\n)R'), says: 'FloatStorage.__init__' },
    { name: 'by a name of protocol 5', bytes: file('\x8c\x02os\x8c\x06system\x93)R'), says: 'os.system' },
    { name: 'made without a call', bytes: file('csubprocess\nPopen\n)\x81'), says: 'subprocess.Popen' },
  ])('$name', ({ bytes, says }) => {
    expect(() => parseWeights(bytes)).toThrow(codeOf('MOCHI_PICKLE_REFUSED'));
    expect(() => parseWeights(bytes)).toThrow(says);
  });
});

test.each([
  { name: 'a model', ops: 'ctorchvision.models.resnet\nResNet\n)\x81' },
  { name: 'a layer', ops: 'ctorch.nn.modules.conv\nConv2d\n)\x81' },
  { name: 'a class of a script', ops: 'c__main__\nNet\n)\x81' },
])('$name is a whole model: what to save instead is said', ({ ops }) => {
  const message = expect.stringMatching(/a whole model.*torch\.save\(model\.state_dict\(\)/s) as string;
  expect(() => parseWeights(file(ops))).toThrow(expect.objectContaining({ code: 'MOCHI_PICKLE_REFUSED', message }) as Error);
});

test('keys of a checkpoint stand before the names; a dict within itself, or in two places, is read once', () => {
  const dict = stateDict();
  const bytes = file(`}q\x00(${text('a')}${dict}q\x01${text('b')}h\x01${text('self')}h\x00K\x01${dict}u`);
  expect([...parseWeights(bytes).keys()]).toEqual(['a.w']);
  expect([...parseWeights(file(`}(${text('a')}${dict}${text('b')}${dict}u`)).keys()]).toEqual(['a.w', 'b.w']);
});

/** Two entries whose data are the same bytes of the archive. */
function overlapping(): Uint8Array {
  const bytes = zip({ 'data.pkl': pickle(stateDict()), 'data/0': new Uint8Array(4000), 'data/1': new Uint8Array(0) });
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let from = 0; from + 46 < bytes.length; from++) if (view.getUint32(from, true) === 0x02014b50) at = from; // the last record
  for (const field of [20, 24]) view.setUint32(at + field, 4000, true);
  return bytes;
}

/** An archive with one bit of its file `data/0` other than it was saved. */
function spoilt(): Uint8Array {
  const bytes = file(stateDict());
  const at = Buffer.from(bytes).indexOf(eight);
  bytes[at + 2]! ^= 1;
  return bytes;
}

/** The numbers of the directory in 64 bits, with the hints in 32 bits void, as torch.save writes what is larger than 4 GiB. */
function wide(): Uint8Array {
  const bytes = file(stateDict());
  const end = bytes.length - 22;
  const [from, to] = [new DataView(bytes.buffer), new DataView(new ArrayBuffer(76))];
  const [records, directory] = [from.getUint16(end + 10, true), from.getUint32(end + 16, true)];
  to.setUint32(0, 0x06064b50, true);
  to.setBigUint64(32, BigInt(records), true);
  to.setBigUint64(48, BigInt(directory), true);
  to.setUint32(56, 0x07064b50, true);
  to.setBigUint64(64, BigInt(end), true);
  from.setUint32(end + 16, 0xffffffff, true);
  return joined(bytes.subarray(0, end), new Uint8Array(to.buffer), bytes.subarray(end));
}

/** As torch.save writes it after set_crc32_options(False). */
function withoutChecksums(): Uint8Array {
  const bytes = file(stateDict());
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 46 < bytes.length; at++) if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 16, 0, true);
  return bytes;
}

test('an archive is read with its directory in 64 bits, and without checksums', () => {
  expect(valuesOf(wide())).toEqual([1, 2]);
  expect(valuesOf(withoutChecksums())).toEqual([1, 2]);
});

describe('what does not hold together is said, and costs no memory', () => {
  const huge = '\x8a\x05\0\0\0\0\x01'; // 2^32
  const part = (bytes: Uint8Array) => ({ 'data/0': bytes });
  test.each([
    { name: 'a storage that is shorter than stated', bytes: file(stateDict(), part(eight.slice(4))), says: 'has 4 bytes' },
    { name: 'a storage that is longer than stated', bytes: file(stateDict(), part(joined(eight, eight))), says: 'has 16 bytes' },
    { name: 'a storage that is missing', bytes: file(stateDict(), {}), says: 'storage 0 is missing' },
    { name: 'a storage of two types', bytes: file(`${stateDict()}${storage('0', '\x02', 'ctorch\nIntStorage\n')}0`), says: 'stated twice' },
    { name: 'a storage of no type', bytes: file(stateDict(storage('0', '\x02', 'ccollections\nOrderedDict\n'))), says: 'no storage' },
    { name: 'a storage within a storage', bytes: file(stateDict(`(${text('storage')}${storage()}${text('0')}${text('cpu')}K\x02tQ`)), says: 'no storage' },
    { name: 'a storage of -1 elements', bytes: file(stateDict(`(${text('storage')}ctorch\nFloatStorage\n${text('0')}NJ\xff\xff\xff\xfftQ`)), says: 'no storage' },
    { name: 'a reference to a number', bytes: file('K\x01Q'), says: 'no storage' },
    { name: 'a stride of -1', bytes: file(stateDict(storage(), 'K\x01K\x02\x85J\xff\xff\xff\xff\x85')), says: 'cannot be' },
    { name: 'a shape that is text', bytes: file(stateDict(storage(), `K\0${text('ab')}K\x01\x85`)), says: 'cannot be' },
    { name: 'fewer strides than sides', bytes: file(stateDict(storage(), 'K\0K\x01K\x02\x86K\x01\x85')), says: 'cannot be' },
    { name: 'a number of two thousand million bytes', bytes: file('\x8b\xff\xff\xff\x7f'), says: 'a number in its pickle' },
    { name: 'a length below 0', bytes: file('\x8e\xff\xff\xff\xff\xff\xff\xff\xff'), says: 'a length of -1' },
    { name: 'entries that overlap', bytes: overlapping(), says: 'states more than it has' },
    { name: 'a bit that flipped on the way', bytes: spoilt(), says: 'data/0 in it is not what was saved: its checksum' },
    { name: 'an archive that was cut', bytes: file(stateDict()).slice(0, -30), says: 'its zip archive is damaged' },
    { name: 'a compressed file', bytes: zipSync({ 'a/data.pkl': new Uint8Array(99) }), says: 'is compressed' },
    { name: 'two pickles', bytes: zipSync({ 'a/data.pkl': pickle('}'), 'b/data.pkl': pickle('}') }, { level: 0 }), says: 'more than one data.pkl' },
    { name: 'big-endian numbers', bytes: zip({ 'data.pkl': pickle(stateDict()), 'data/0': eight, byteorder: latin1('big') }), says: 'big-endian' },
    { name: 'big-endian numbers in the older form', bytes: legacy(stateDict(), { system: `}${text('little_endian')}\x89s` }), says: 'big-endian' },
    { name: 'a list of storages that is none', bytes: legacy(stateDict(), { keys: 'K\x07' }), says: 'does not list' },
    { name: 'a listed storage of nobody', bytes: legacy(stateDict(), { keys: `]${text('9')}a` }), says: 'nothing refers to' },
    { name: 'a length that differs from the stated one', bytes: legacy(stateDict(), { data: latin1('\xff'.repeat(8)) }), says: 'has -1 elements' },
    { name: 'a view as PyTorch 0.3 wrote it', bytes: legacy(stateDict(storage('0', '\x02', 'ctorch\nFloatStorage\n', `${text('9')}K\0K\x02\x87`))), says: 'a view of another' },
    { name: 'lists a hundred thousand deep', bytes: legacy(`${']'.repeat(1e5)}${'a'.repeat(1e5 - 1)}`, { keys: ']', data: new Uint8Array() }), says: 'no state_dict' },
    { name: 'gzip', bytes: latin1('\x1f\x8b\x08\0\0\0\0\0\0\0'), says: 'gzip' },
    { name: 'a tar', bytes: joined(new Uint8Array(257).fill(0x61), latin1('ustar'), new Uint8Array(250)), says: 'a tar archive' },
    { name: 'a page of a server', bytes: latin1('\n<!doctype html><title>404</title>'), says: 'HTML' },
    { name: 'nothing at all', bytes: new Uint8Array(), says: 'cut short' },
  ])('$name', ({ bytes, says }) => {
    expect(() => parseWeights(bytes)).toThrow(codeOf('MOCHI_WEIGHTS_FILE'));
    expect(() => parseWeights(bytes)).toThrow(says);
  });

  test.each([
    { name: 'past the end', view: 'K\x01K\x02\x85K\x01\x85', says: 'past the end' },
    { name: 'far past the end', view: `K\0K\x02\x85${huge}\x85`, says: 'past the end' },
    { name: 'one number as 2^64 of them', view: `K\0${huge}${huge}\x86K\0K\0\x86`, says: 'elements' },
  ])('a tensor that views $name is refused when it is read', ({ view, says }) => {
    const stored = parseWeights(file(stateDict(storage(), view))).get('w')!;
    expect(() => stored.read()).toThrow(codeOf('MOCHI_WEIGHTS_FILE'));
    expect(() => stored.read()).toThrow(says);
  });
}); // prettier-ignore

test.each([0x80, 0x4b50])('safetensors whose header has %i bytes begin like a pickle or an archive, and are read', (length) => {
  const bare = encodeSafetensors([['w', { dtype: 'F32', shape: [1], data: Float32Array.of(3) }]]);
  const header = Number(new DataView(bare.buffer, bare.byteOffset).getBigUint64(0, true));
  const grown = new Uint8Array(8 + length + 4).fill(0x20);
  grown.set(bare.subarray(8, 8 + header), 8);
  grown.set(bare.subarray(8 + header), 8 + length);
  new DataView(grown.buffer).setBigUint64(0, BigInt(length), true);
  expect(valuesOf(grown)).toEqual([3]);
});

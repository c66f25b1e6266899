import type { LibraryReport, RuntimeInfo } from '@mochi/tensorflow';
import { expect, test } from 'vitest';
import { formatDoctor } from './format-doctor.js';

const look = (source: 'cache' | 'python' | 'archive', where: string, verdict: string, state: string) =>
  ({ source, where, verdict, state }) as LibraryReport['looked'][number];

const report = (looked: LibraryReport['looked']): LibraryReport => ({
  platform: { os: 'linux', arch: 'x64', glibc: '2.36', oldestGlibc: '2.28', isSupported: true },
  looked,
  chosen: null,
  gpu: { devices: [], driver: null },
  help: [],
});

const before = look('cache', '/cache/a', 'not installed', 'unusable');
const archive = look(
  'archive',
  'https://example.org/libtensorflow-2.18.0.tar.gz',
  'tried when the wheel does not come',
  'not needed',
);

test('once one is chosen, what is not there after it, and what would have been installed, are left out; a second one is not', () => {
  const text = formatDoctor(
    report([
      before,
      look('cache', '/cache/b', 'has TensorFlow 2.21.0', 'chosen'),
      look('cache', '/cache/c', 'not installed', 'unusable'),
      look('python', 'python3', 'has TensorFlow 2.21.0 in /lib', 'usable'),
      archive,
    ]),
    null,
  );
  expect(text).toMatch(/- cache +\/cache\/a[^]*\+ cache +\/cache\/b[^]*o python/);
  expect(text).not.toMatch(/\/cache\/c|2\.18/);
});

test('where none is chosen, all that was looked at and all that would be tried is told', () => {
  const text = formatDoctor(report([before, { ...archive, state: 'usable' }]), null);
  expect(text).toMatch(/\/cache\/a[^]*o archive +https/);
});

test('devices by their names', () => {
  const devices = ['/job:localhost/replica:0/task:0/device:CPU:0', '/job:localhost/replica:0/task:0/device:GPU:0'];
  const runtime = { version: '2.21.0', devices, device: 'gpu:0', precisions: { float32: null }, threads: {}, libraryDir: '/x' };
  expect(formatDoctor(report([]), runtime as unknown as RuntimeInfo)).toContain('devices     CPU:0, GPU:0; gpu:0 is used');
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BASE } from '../../test/compare-base.js';
import { compare, planComparison } from './compare.js';

const folder = mkdtempSync(join(tmpdir(), 'mochi-known-runs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a folder in which runs were finished', () => {
  /** A comparison of BASE, and its folder with one finished run of it, named as an earlier version would that had no such options. */
  async function finishedOnce(name: string, train: object, lacks: (config: Record<string, unknown>) => unknown = () => {}) {
    const [out, file] = [join(folder, name), join(folder, `${name}.json`)];
    writeFileSync(file, JSON.stringify({ run: { ...BASE, train }, vary: { sampler: ['uniform'] } }));
    const [job] = (await planComparison(file, { out })).jobs;
    const config = structuredClone(job!.config);
    lacks(config);
    const write = (id: string): void => {
      mkdirSync(join(out, 'runs', id), { recursive: true });
      writeFileSync(join(out, 'runs', id, 'job-config.json'), JSON.stringify(config));
      writeFileSync(join(out, 'runs', id, 'job.json'), JSON.stringify({ outcome: 'finished', step: 1, seconds: 1, results: {} }));
    };
    return { out, file, job: job!, write };
  }
  const otherOptions = { tableOnly: true, overrides: ['train.epochs=2'] };
  const refused = {
    code: 'MOCHI_COMPARE_CONFIG',
    happened: expect.stringContaining('the finished runs there, 1, have other ones'),
  };

  test('keeps its tables and page until a run of other options is finished', async () => {
    const { out, file, write, job } = await finishedOnce('done', { epochs: 1 });
    write(job.id);
    const { variants } = await compare(file, { out, tableOnly: true });
    expect(variants[0]).toMatchObject({ finished: 1 });
    const before = readFileSync(join(out, 'compare.json'), 'utf8');
    await expect(compare(file, { out, ...otherOptions })).rejects.toMatchObject(refused);
    const stopped = await compare(file, { out, overrides: ['train.epochs=2'], signal: AbortSignal.abort() });
    expect(stopped).toMatchObject({ outcome: 'stopped', written: false });
    expect(stopped.warnings).toEqual([expect.stringMatching(/^1 finished run in .* left as they are/)]);
    expect(readFileSync(join(out, 'compare.json'), 'utf8')).toBe(before);
  });

  test('has them in the table of a comparison that was stopped before it came to them', async () => {
    const { out, file, write, job } = await finishedOnce('more', { epochs: 1 });
    write(job.id);
    writeFileSync(file, JSON.stringify({ run: { ...BASE, train: { epochs: 1 } }, vary: { sampler: ['random', 'uniform'] } }));
    const stopped = await compare(file, { out, signal: AbortSignal.abort() });
    expect(stopped.variants.map(({ variant, finished }) => [variant, finished])).toEqual([['random', 0], ['uniform', 1]]); // prettier-ignore
    expect(stopped).toMatchObject({ written: true, warnings: [] });
  });

  test('knows them by the defaults of options that came later, and takes an option without a default for none', async () => {
    const { out, file, write } = await finishedOnce('earlier', { steps: 3 }, (config) => delete (config['bank'] as { maskSelf?: boolean }).maskSelf); // prettier-ignore
    write('earlier');
    const { runs } = await compare(file, { out, tableOnly: true });
    expect(runs).toMatchObject([{ id: 'earlier', outcome: 'finished' }]);
    await expect(compare(file, { out, ...otherOptions })).rejects.toMatchObject(refused);
    await expect(compare(file, { out, tableOnly: true, overrides: ['bank.maskSelf=true'] })).rejects.toMatchObject(refused);
  });
});

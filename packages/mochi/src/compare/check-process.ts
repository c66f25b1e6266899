// The process that fits the parts of a comparison's runs to each other, forked by check-jobs.ts: one that ends, so that no run finds a GPU's memory
// taken. Messages: the configs from the parent, one `Checked` for each to it.
import { assemble } from '@mochi/trainer';
import { openRunOnEngine } from '../open-run.js';
import { mistakeOf, type Checked } from './check-jobs.js';

async function check(config: Readonly<Record<string, unknown>>): Promise<Checked> {
  try {
    const host = await openRunOnEngine(config);
    try {
      const { evaluation, evaluators } = await assemble(host);
      evaluation.reader.dispose();
      return { evaluators: evaluators.map(({ name, metrics }) => ({ name, metrics: metrics.map((metric) => metric.name) })) };
    } finally {
      await host.dispose();
    }
  } catch (error) {
    return { mistake: mistakeOf(error) };
  }
}

process.once('message', (configs: readonly Readonly<Record<string, unknown>>[]) => {
  void (async () => {
    const found: Checked[] = [];
    for (const config of configs) found.push(await check(config));
    process.send!(found, () => process.exit(0));
  })();
});

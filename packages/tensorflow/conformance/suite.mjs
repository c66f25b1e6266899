// Bundled by run.mjs: loads the specs of tfjs-core and runs them with jasmine on the backend of this package.
import { performance } from 'node:perf_hooks';
import Jasmine from 'jasmine';
import { startTensorFlow } from '@mochi/tensorflow';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';

/**
 * What TensorFlow.js draws without a seed it draws from Math.random. So the specs that look at such draws look at the same ones in each run.
 */
function seedChance() {
  let state = 1;
  Math.random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Of TensorFlow.js' own code, not of a backend: a timer of 50 ms must come within a second, which on a busy machine it may not. */
const TIMED = ['nextFrame test-tensorflow {} does not block timers'];

/** @returns Names and number of the specs that passed, names and messages of those that failed, and the number of those left out. */
export async function runSuite({ filter, ignored }) {
  await startTensorFlow();
  const runner = new Jasmine();
  runner.loadConfig({ spec_files: [], random: false });
  runner.exitOnCompletion = false;
  globalThis.jasmine.DEFAULT_TIMEOUT_INTERVAL = 120_000; // jasmine's 5 s are little on a machine that does other things
  seedChance();
  setTestEnvs([{ name: 'test-tensorflow', backendName: 'tensorflow', flags: {}, isDataSync: true }]);
  await import('@tensorflow/tfjs-core/dist/tests');

  const pattern = new RegExp(filter);
  runner.env.configure({
    specFilter: (spec) =>
      pattern.test(spec.getFullName()) && ![...ignored, ...TIMED].some((part) => spec.getFullName().includes(part)),
  });
  const result = { passedSpecs: new Set(), passed: 0, failed: [], skipped: 0, seconds: 0 };
  runner.clearReporters();
  runner.addReporter({
    specDone({ status, fullName, failedExpectations }) {
      if (status === 'passed') {
        result.passedSpecs.add(fullName); // some names occur twice
        result.passed++;
      } else if (status === 'failed')
        result.failed.push({ name: fullName, message: failedExpectations[0].message.slice(0, 300) });
      else result.skipped++;
    },
    suiteDone({ fullName, failedExpectations }) {
      for (const { message } of failedExpectations)
        result.failed.push({ name: `${fullName} (around its specs)`, message: message.slice(0, 300) });
    },
  });
  const start = performance.now();
  await runner.execute();
  result.seconds = (performance.now() - start) / 1000;
  return result;
}

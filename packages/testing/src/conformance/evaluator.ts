import { isMochiError, type Evaluator, type Plugin } from '@mochi/contract';
import { liveHandles } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { DRAW, require } from './compare.js';
import { evaluationContext, evaluationSplits, type EvaluationOptions, type Splits } from './evaluation-context.js';
import { refusal, refusesUnknown, textOf, thrownBy, withService, type Check } from './suite.js';

/** What every evaluator must keep. @param options As in a config. The data have the splits `train` and `test` unless said. */
export function evaluatorChecks(plugin: Plugin, options: object = {}, sizes: EvaluationOptions = {}): Check[] {
  const check = (name: string, run: (evaluator: Evaluator, splits: Splits) => void | Promise<void>): Check => ({
    name,
    run: () => withService(plugin, 'evaluator', options, (evaluator) => run(evaluator, evaluationSplits(sizes))),
  });
  return [
    check('metrics have a name of their own, a unit and a direction or null', declaresMetrics),
    check('it measures what it declares, in finite numbers', measures),
    check('the same features and stream give the same numbers', repeats),
    check('features are shared with other evaluators, and left as they are', leavesFeatures),
    check('features that cannot be read, and an abort, are passed on', passesFailureOn),
    check('data without labels are measured, or refused with a code', (evaluator, splits) =>
      servesOrRefuses(evaluator, withoutLabels(splits), 'data without labels'),
    ),
    check('a split without rows is measured, or refused with a code', (evaluator, splits) =>
      servesOrRefuses(evaluator, withoutRows(splits), 'a split without rows'),
    ),
    check('settings are plain data: what is printed beside the numbers', hasPlainSettings),
    check('no tensor is left behind', leaksNothing),
    { name: 'the option as, where there is one, is the name of its results', run: () => namesResults(plugin, options) },
    refusesUnknown(plugin, 'evaluator', options),
  ];
}

/** An evaluator may stand in a config twice: results are kept as name/metric. */
async function namesResults(plugin: Plugin, options: object): Promise<void> {
  const named = { ...options, as: 'other' };
  if (await refusal(plugin, 'evaluator', named)) return; // no such option
  await withService(plugin, 'evaluator', named, ({ name }) =>
    require(name === 'other', `as is "other", but the evaluator is called "${name}": scheduleOf of @mochi/core does it`),
  );
}

function declaresMetrics({ metrics, everyEpochs }: Evaluator): void {
  require(metrics.length > 0, 'it declares no metric');
  const names = metrics.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  require(twice === undefined, `two metrics are called ${twice}`);
  for (const { name, unit, better } of metrics) {
    require(typeof unit === 'string' && unit !== '', `the metric ${name} has no unit`);
    const says = better === 'higher' || better === 'lower' || better === null;
    require(says, `the metric ${name} does not say which way is better, but "${String(better)}": "higher", "lower", or null for neither`);
  }
  const cadence = everyEpochs === null || everyEpochs > 0;
  require(cadence, `it runs every ${everyEpochs} epochs: a number above 0, or null`);
}

/** The numbers, by metric, whatever stands beside them. */
async function numbersOf(evaluator: Evaluator, splits: Splits): Promise<Record<string, number>> {
  const measured = (await evaluator.run(evaluationContext(splits))) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(measured).map(([name, value]) => [name, valueOf(value)]));
}

const valueOf = (measured: unknown): number =>
  typeof measured === 'object' && measured !== null ? (measured as { value: number }).value : (measured as number);

async function measures(evaluator: Evaluator, splits: Splits): Promise<void> {
  const numbers = await numbersOf(evaluator, splits);
  const declared = new Set(evaluator.metrics.map(({ name }) => name));
  const stray = Object.keys(numbers).find((name) => !declared.has(name));
  require(stray === undefined, `it measures ${stray}, which it does not declare: nobody would see it`);
  const missing = [...declared].find((name) => !(name in numbers));
  require(missing === undefined, `it declares ${missing} and does not measure it`);
  for (const [name, value] of Object.entries(numbers)) require(Number.isFinite(value), `${name} is ${value}`);
}

async function repeats(evaluator: Evaluator, splits: Splits): Promise<void> {
  const [first, second] = [await numbersOf(evaluator, splits), await numbersOf(evaluator, splits)];
  for (const [name, value] of Object.entries(first))
    require(second[name] === value, `${name} is ${value}, and measured again ${second[name]}. ${DRAW}`);
}

async function leavesFeatures(evaluator: Evaluator, splits: Splits): Promise<void> {
  const before = Object.entries(splits).map(([name, { features, ids, labels }]) => ({
    name,
    copies: [features.slice(), ids.slice(), labels!.slice()],
  }));
  await evaluator.run(evaluationContext(splits));
  for (const { name, copies } of before) {
    const { features, ids, labels } = splits[name]!;
    const changed = [features, ids, labels!].findIndex((now, at) => !now.every((value, row) => value === copies[at]![row]));
    require(changed < 0, `it changed ${['features', 'ids', 'labels'][changed]} of the split ${name}, which others read`);
  }
}

async function passesFailureOn(evaluator: Evaluator, splits: Splits): Promise<void> {
  const broken = new Error('the disk is gone');
  const failing = { ...evaluationContext(splits), features: () => Promise.reject(broken) };
  const thrown = await thrownBy(() => evaluator.run(failing));
  require(thrown !== undefined, 'features could not be read, and it measured all the same');
  const aborted = { ...evaluationContext(splits), signal: AbortSignal.abort(broken) };
  const reading = { ...aborted, features: async () => Promise.reject(broken) };
  require((await thrownBy(() => evaluator.run(reading))) !== undefined, 'the signal was aborted, and it measured all the same');
}

async function servesOrRefuses(evaluator: Evaluator, splits: Splits, what: string): Promise<void> {
  let numbers: Record<string, number> = {};
  const error = await thrownBy(async () => (numbers = await numbersOf(evaluator, splits)));
  require(error === undefined || isMochiError(error), `${what}: it fails without a code: ${textOf(error)}`);
  const [name, value] = Object.entries(numbers).find(([, number]) => !Number.isFinite(number)) ?? [];
  require(name === undefined, `${what}: ${name} is ${value}`);
}

const mapped = (splits: Splits, change: (split: Splits[string]) => Splits[string]): Splits =>
  Object.fromEntries(Object.entries(splits).map(([name, split]) => [name, change(split)]));
const withoutLabels = (splits: Splits): Splits => mapped(splits, ({ labels: _, classes: __, ...rest }) => rest);
const withoutRows = (splits: Splits): Splits =>
  mapped(splits, (split) => ({
    ...split,
    ...{ rows: 0, features: new Float32Array(), ids: new Int32Array(), labels: new Int32Array() },
  }));

async function hasPlainSettings(evaluator: Evaluator, splits: Splits): Promise<void> {
  await evaluator.run(evaluationContext(splits)); // some settings are known once it has measured
  const text = JSON.stringify(evaluator.settings) as string | undefined;
  const [odd] = Object.entries(evaluator.settings).find(([, value]) => JSON.stringify(value) === undefined) ?? [];
  require(text !== undefined && odd === undefined, `the setting ${odd ?? ''} is no JSON`);
}

async function leaksNothing(evaluator: Evaluator, splits: Splits): Promise<void> {
  await evaluator.run(evaluationContext(splits)); // the first call may make constants that stay
  const context = evaluationContext(splits);
  const count = () => ({ tensors: tf.memory().numTensors, handles: liveHandles().handles });
  const before = count();
  await evaluator.run(context);
  const after = count();
  require(after.tensors === before.tensors, `${after.tensors - before.tensors} tensors leaked`);
  require(after.handles <= before.handles, `${after.handles - before.handles} native handles leaked`);
}

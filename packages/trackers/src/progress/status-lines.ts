import { bytes, count, counted, duration, measured, significant } from './format.js';
import { speedOf, type Status } from './status.js';
import {
  isEvent,
  bankFilled,
  checkpointSaved,
  evaluationEnd,
  evaluationFailed,
  evaluationStart,
  runEnd,
  runStart,
  warning,
  type MetricResult,
  type RunEvent,
} from '@mochi/contract';

/** At most four lines of live status. */
export function liveLines(status: Status): string[] {
  const speed = speedOf(status);
  const left = speed ? `${duration(speed.secondsLeft)} left` : 'time left not known yet';
  const skipped = status.skipped > 0 ? [`${count(status.skipped)} samples left out`] : [];
  return [
    `${bar(status.totalSteps > 0 ? status.step / status.totalSteps : 0)}  epoch ${count(status.epoch)}/${count(status.totalEpochs)}`,
    `step ${count(status.step)}/${count(status.totalSteps)}   ${status.evaluator === undefined ? left : `${status.evaluator} is measuring`}`,
    [`loss ${lossText(status)}`, `learning rate ${rateText(status)}`, ...negativesText(status)].join('   '),
    [
      ...(speed ? [`${significant(speed.imagesPerSecond)} images/s`, `${waitText(speed.waitShare)} waiting for data`] : []),
      ...skipped,
    ].join('   '),
  ].filter((line) => line !== '');
}

/** The status as one plain line. */
export function plainLine(status: Status): string {
  const speed = speedOf(status);
  return [
    `epoch ${count(status.epoch)}/${count(status.totalEpochs)}`,
    `step ${count(status.step)}/${count(status.totalSteps)}`,
    `loss ${lossText(status)}`,
    `rate ${rateText(status)}`,
    ...negativesText(status),
    ...(speed
      ? [
          `${significant(speed.imagesPerSecond)} images/s`,
          `${duration(speed.secondsLeft)} left`,
          `data wait ${waitText(speed.waitShare)}`,
        ]
      : []),
    ...(status.skipped > 0 ? [`${count(status.skipped)} samples left out`] : []),
  ].join('  ');
}

/** What the negatives of the last measured step were, where the extension negative-metrics says. */
function negativesText({ negatives: { falseNegativesAtN, effectiveNegatives } }: Status): string[] {
  return [
    ...(falseNegativesAtN === undefined ? [] : [`FN@N ${(100 * falseNegativesAtN).toFixed(1)} %`]),
    ...(effectiveNegatives === undefined ? [] : [`effective negatives ${significant(effectiveNegatives)}`]),
  ];
}

/** Events that deserve a line of their own, or null. Evaluations print all their settings: a kNN number without k and T says nothing. */
export function eventLine(event: RunEvent): string | null {
  if (isEvent(evaluationEnd, event)) {
    const values = Object.entries(event.metrics).map(
      ([name, result]) => `${name} ${measured(result.value, result.unit)}${intervalText(result)}`,
    );
    return `${event.evaluator}: ${values.join(', ')}  (epoch ${count(event.epoch)}, step ${count(event.step)}, ${settingsText(event.settings)}; took ${duration(event.seconds)})`;
  }
  // Later the status tells it. Here nothing else has been said yet.
  if (isEvent(evaluationStart, event) && event.step === 0)
    return `${event.evaluator} measures the encoder as it is before training`;
  if (isEvent(evaluationFailed, event))
    return `${event.evaluator} failed (epoch ${count(event.epoch)}${event.code === null ? '' : `, ${event.code}`}): ${event.message}`;
  if (isEvent(runStart, event)) {
    const where = event.runDir === null ? '' : ` in ${event.runDir}`;
    const from = event.resumedFrom === null ? '' : `, resumed after step ${count(event.resumedFrom)}`;
    const steps = `${counted(event.totalSteps, 'step')} (${counted(event.totalEpochs, 'epoch')} of ${counted(event.stepsPerEpoch, 'step')})`;
    const name = event.name === 'run' ? 'run' : `run ${event.name}`; // `run` is what a run without a name is called
    return `${name}${where}: ${steps}, ${counted(event.parameters, 'parameter')}${from}`;
  }
  if (isEvent(bankFilled, event))
    return `bank ${event.bank}: ${count(event.rows)} rows from ${event.from === 'keys' ? 'keys of training images' : 'a checkpoint'}, ${duration(event.seconds)}`;
  if (isEvent(warning, event)) return `warning (${event.source}): ${event.message}`;
  if (isEvent(checkpointSaved, event) && event.reason !== 'cadence')
    return `checkpoint (${event.reason}): ${event.path}, ${bytes(event.bytes)}`;
  if (!isEvent(runEnd, event)) return null;
  // Of a run that failed whoever started it tells the reason, in full.
  const reason = event.reason === null || event.outcome === 'failed' ? '' : `: ${event.reason}`;
  return `run ${event.outcome} after step ${count(event.step)}, ${duration(event.seconds)}${reason}`;
}

/** `k 200, T 0.07, layer backbone`: names as they stand in the config, except that temperature is written T. */
export function settingsText(settings: Record<string, unknown>): string {
  const shown = Object.entries(settings).filter(([, value]) => value !== undefined && value !== null);
  return shown.map(([name, value]) => `${name === 'temperature' ? 'T' : name} ${valueText(value)}`).join(', ');
}

/** ` [60.10, 62.35]`, or nothing where no interval is known. */
const intervalText = ({ low, high, unit }: MetricResult): string =>
  low === undefined || high === undefined ? '' : ` [${measured(low, unit)}, ${measured(high, unit)}]`;

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const lossText = ({ lossNats }: Status): string => (lossNats === undefined ? 'not known yet' : `${lossNats.toFixed(4)} nats`);
const rateText = ({ rate }: Status): string => (rate === undefined ? 'not known yet' : significant(rate));
const waitText = (share: number): string => `${Math.round(100 * share)} %`;

function bar(share: number): string {
  const width = 24;
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `[${'='.repeat(full)}${' '.repeat(width - full)}] ${Math.floor(100 * share)} %`;
}

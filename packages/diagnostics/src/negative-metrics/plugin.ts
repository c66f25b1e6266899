import { addStepMetrics, afterStep, API_VERSION, definePlugin, warning, type BuildContext, type Host } from '@mochi/contract';
import { cond } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { negativeMetricsConfig, type NegativeMetricsConfig } from './config.js';
import type { Measures } from './measures.js';
import { negativeMetrics, type Measured } from './negative-metrics.js';

type Scalars = Record<string, tf.Scalar>;

/** `plugins: [{ use: negative-metrics, every, n, collapseBelow }]` */
export const negativeMetricsPlugin = definePlugin({
  name: 'negative-metrics',
  kind: 'extension',
  apiVersion: API_VERSION,
  config: negativeMetricsConfig,
  setup(host, options) {
    host.tap(addStepMetrics, (metrics, context) => ({ ...metrics, ...measureAt(context, options) }));
    warnOfCollapse(host, options);
  },
});

/** The metrics every so many steps, computed on no other; NaN there. */
function measureAt({ drawn, step }: BuildContext, { every, n }: NegativeMetricsConfig): Scalars {
  if (!drawn) return {};
  const measured: Measured = { drawn, step };
  const done = tf.add(step, tf.scalar(1, 'int32'));
  const due = tf.equal(tf.mod(done, tf.scalar(every, 'int32')), tf.scalar(0, 'int32'));
  const each = (of: (measure: () => tf.Scalar) => tf.Scalar) => (inputs: Measured) =>
    mapValues(negativeMetrics(inputs, { n }), of);
  return cond(
    due,
    measured,
    each((measure) => measure()),
    each(() => tf.scalar(NaN)),
  );
}

const mapValues = (measures: Measures, of: (measure: () => tf.Scalar) => tf.Scalar): Scalars =>
  Object.fromEntries(Object.entries(measures).map(([name, measure]) => [name, of(measure)]));

/** Reads the metrics of each step that they are measured at, which is logged for that. */
function warnOfCollapse(host: Host, { every, collapseBelow }: NegativeMetricsConfig): void {
  let low = false; // one warning for each time that it falls below
  host.tap(afterStep, async ({ progress, metrics }) => {
    if (progress.step % every !== 0) return;
    const { querySpread = NaN } = await metrics();
    if (querySpread < collapseBelow && !low)
      host.emit(warning, {
        source: 'negative-metrics',
        message: `step ${progress.step}: the queries are spread over ${(100 * querySpread).toFixed(1)} % of what unit vectors could be (collapseBelow ${collapseBelow}): the representation may be collapsing`,
      });
    low = querySpread < collapseBelow;
  });
}

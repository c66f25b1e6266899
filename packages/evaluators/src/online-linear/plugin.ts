import { addStepMetrics, API_VERSION, definePlugin, ENCODER, LABELS_WANTED } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { labelsNeeded } from '../errors.js';
import { onlineLinearConfig } from './config.js';
import { probeStep, type OnlineProbe } from './probe-step.js';

/** `plugins: [{ use: online-linear, classes }]`: a linear classifier that learns beside the encoder, inside the compiled step. */
export const onlineLinearPlugin = definePlugin({
  name: 'online-linear',
  kind: 'extension',
  apiVersion: API_VERSION,
  config: onlineLinearConfig,
  setup(host, options) {
    const { classes } = options;
    const width = (): number => host.injectAll(ENCODER)[0]!.dims.backbone;
    host.provide(LABELS_WANTED, () => 'online-linear');
    for (const name of ['weight', 'weightVelocity']) host.state(name, () => tf.zeros([width(), classes]));
    for (const name of ['bias', 'biasVelocity']) host.state(name, () => tf.zeros([classes]));
    host.tap(addStepMetrics, (metrics, { shared, drawn, state, update }) => {
      const { backbone } = shared;
      const labels = drawn?.labels;
      if (!backbone || !labels) throw labelsNeeded('online-linear', 'that is trained on');
      const rows = Math.min(backbone.shape[0]!, labels.shape[0]);
      const made = probeStep(
        state as unknown as OnlineProbe,
        tf.slice(backbone as tf.Tensor2D, [0, 0], [rows, -1]),
        tf.slice(labels, [0], [rows]),
        options,
      );
      for (const [name, next] of Object.entries(made.next)) update(name, next);
      return { ...metrics, onlineTop1: made.top1, onlineLossNats: made.lossNats };
    });
  },
});

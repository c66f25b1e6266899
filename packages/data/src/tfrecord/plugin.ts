import { datasetPlugin } from '../common/dataset-plugin.js';
import { tfrecordConfig } from './config.js';
import { openTfrecord } from './tfrecord.js';

/** TFRecord files of tf.Examples with encoded images, read in place. */
export const tfrecordPlugin = datasetPlugin({ name: 'tfrecord', config: tfrecordConfig, open: openTfrecord });

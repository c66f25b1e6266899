// What vitest runs before a file of tests of tensors (`setupFiles`): the matchers, and TensorFlow, so that a test may make a tensor at once.
import { startTensorFlow } from '@mochi/tensorflow';
import './matchers.js';

await startTensorFlow();

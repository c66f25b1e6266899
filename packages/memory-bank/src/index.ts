export { fifoPlugin } from './fifo/plugin.js';
export { fifoBank } from './fifo/fifo-bank.js';
export { fifoConfig, type FifoConfig } from './fifo/config.js';
export { initBank } from './init-bank.js';
export { enqueue } from './enqueue.js';
export { candidateMask } from './candidate-mask.js';

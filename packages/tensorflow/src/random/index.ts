export { createRng } from './create-rng.js';
export { hostRandom, type HostRandom } from './host-random.js';
export { hashText } from './hash.js';

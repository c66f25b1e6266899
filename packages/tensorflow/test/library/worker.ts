import { ensureLibrary } from '../../src/library/index.js';

// A process of its own that sets TensorFlow up: surroundings come as JSON in the environment, the answer goes to stdout as JSON.
const location = await ensureLibrary({ surroundings: JSON.parse(process.env['SURROUNDINGS']!) as object });
console.log(JSON.stringify(location));

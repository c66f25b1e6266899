export { readSafetensors, readSafetensorsMetadata } from './read-safetensors.js';
export { encodeSafetensors, type SafetensorsEntries } from './encode-safetensors.js';
export type { SafetensorsData, SafetensorsDtype, SafetensorsEntry } from './format.js';
export { widen } from './widen.js';

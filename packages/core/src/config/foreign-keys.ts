import { suggest } from '../suggest.js';

/** Keys of lightly, solo-learn and PyTorch that no number of edits makes ours, and what they are here. */
const OURS: Readonly<Record<string, string>> = {
  backbone: 'encoder',
  method_kwargs: 'method',
  max_epochs: 'train',
  dataset: 'data',
  transform: 'augment',
  lr: 'rate',
  learning_rate: 'rate',
  queue_size: 'capacity',
};

/** Whether a key is another library's. */
export const isForeign = (key: string): boolean => Object.hasOwn(OURS, key);

/** The key that was probably meant: what another library's key is here, else the nearest by edits. */
export function meantKey(key: string, known: readonly string[]): string | undefined {
  const ours = isForeign(key) ? OURS[key]! : undefined;
  return ours !== undefined && known.includes(ours) ? ours : suggest(key, known);
}

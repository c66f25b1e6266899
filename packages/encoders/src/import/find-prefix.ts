import { weightsPrefix } from '../errors.js';

const FIRST = ['conv1.weight', 'bn1.weight', 'layer1.0.conv1.weight'] as const;

/** What stands before the names of each ResNet. */
export function prefixesIn(names: Iterable<string>): string[] {
  const all = new Set(names);
  return [...all]
    .filter((name) => name.endsWith(FIRST[0]))
    .map((name) => name.slice(0, -FIRST[0].length))
    .filter((prefix) => FIRST.every((name) => all.has(prefix + name)));
}

/** Encoders of MoCo and BYOL that follow another as an average: the one that is trained is meant. */
const FOLLOWER = /encoder_k|momentum|target/;

/**
 * What stands before the names of the ResNet that is meant; '' where there is none.
 *
 * @param wanted The prefix, or its end: `module.encoder_q.` stands for `state_dict.module.encoder_q.`.
 * @throws MOCHI_WEIGHTS_PREFIX where several are as likely, or none is under `wanted`
 */
export function findPrefix(names: readonly string[], wanted?: string): string {
  const prefixes = prefixesIn(names);
  if (wanted !== undefined && (prefixes.includes(wanted) || prefixes.length === 0)) return wanted;
  const leading = prefixes.filter((prefix) => !FOLLOWER.test(prefix));
  const found =
    wanted === undefined
      ? leading.length > 0
        ? leading
        : prefixes
      : prefixes.filter((prefix) => wanted === '' || prefix.endsWith(`.${wanted}`));
  if (found.length > 1) throw weightsPrefix(found);
  if (found.length === 0 && wanted !== undefined) throw weightsPrefix(prefixes, wanted);
  return found[0] ?? '';
}

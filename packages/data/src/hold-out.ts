/** 32-bit FNV-1a over UTF-16 code units, then a finaliser: names that differ in one letter land far apart. */
function hash(text: string, seed: number): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.charCodeAt(at), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Splits samples into those to train on and those held out, class by class: of each class the `share` whose names hash lowest. A name's
 * hash depends on nothing else, so adding images moves few of the others, and the run's seed moves none.
 *
 * @param names One per sample, unique. @param labels Class of each, or absent: one class. @param share In [0, 1).
 * @returns Indices in rising order. A class of two or more images gives at least one to each side where share > 0.
 */
export function holdOut(
  names: readonly string[],
  labels: Int32Array | undefined,
  share: number,
  seed: number,
): { train: Int32Array; test: Int32Array } {
  const groups = new Map<number, { at: number; key: number }[]>();
  names.forEach((name, at) => {
    const label = labels?.[at] ?? 0;
    let group = groups.get(label);
    if (!group) groups.set(label, (group = []));
    group.push({ at, key: hash(name, seed) });
  });
  const out = new Uint8Array(names.length);
  for (const group of groups.values()) {
    const wanted = Math.round(group.length * share);
    const count = share <= 0 || group.length < 2 ? 0 : Math.min(Math.max(wanted, 1), group.length - 1);
    group.sort((a, b) => a.key - b.key || a.at - b.at);
    for (const { at } of group.slice(0, count)) out[at] = 1;
  }
  const pick = (held: number): Int32Array => Int32Array.from(names.keys()).filter((at) => out[at] === held);
  return { train: pick(0), test: pick(1) };
}

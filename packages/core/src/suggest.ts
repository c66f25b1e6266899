/** Edits between two words: insert, delete, replace, or swap two neighbours (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let last: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const before = last;
    [last, row] = [row, [i]];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, replaced, swapped);
    }
  }
  return row[b.length]!;
}

/** The candidate that was probably meant: nearest by edits, at most a third of the word (at least one edit). Case does not count. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  let best: { word: string; edits: number } | undefined;
  const limit = Math.max(1, Math.ceil(word.length / 3));
  for (const candidate of candidates) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (edits <= limit && edits < Math.max(word.length, candidate.length) && edits < (best?.edits ?? Infinity))
      best = { word: candidate, edits };
  }
  return best?.word;
}

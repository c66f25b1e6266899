import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes files under a new folder; lists of names become empty files. */
export function writeTree(
  root: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  empty: readonly string[] = [],
): string {
  for (const [name, content] of [...Object.entries(files), ...empty.map((name) => [name, ''] as const)]) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** A file of test/golden. */
export const golden = (name: string): string => join(import.meta.dirname, 'golden', name);

import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { suggest } from '@mochi/core';
import { badComparison } from '../errors.js';
import { compareConfig, type CompareConfig } from './config.js';

/** Reads and checks the file of a comparison (YAML or JSON). @throws MOCHI_COMPARE_CONFIG */
export async function readCompareConfig(file: string): Promise<CompareConfig> {
  let given: unknown;
  try {
    given = parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw badComparison(file, cause instanceof Error ? cause.message : String(cause));
  }
  const { success, data, error } = compareConfig.safeParse(given);
  if (success) return data;
  throw badComparison(file, explain(error));
}

/** The problems of a file, a key that is none with the one that was probably meant: options that vary belong under `vary`. */
function explain(error: z.ZodError): string {
  const unknown = error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const known = Object.keys(compareConfig.shape);
  const hints = unknown.map((key) => {
    const near = suggest(key, known);
    const meant = key === 'seeds' ? 'vary.seed' : near;
    return `There is no key \`${key}\`${meant === undefined ? `; options that vary stand under \`vary\`, the base's own under \`run\`` : `; did you mean \`${meant}\``}?`;
  });
  const others = error.issues.filter(({ code }) => code !== 'unrecognized_keys');
  return [...hints, ...(others.length > 0 ? [z.prettifyError(new z.ZodError(others)).replaceAll('\n', ' ')] : [])].join(' ');
}

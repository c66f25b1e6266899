import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
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
  throw badComparison(file, z.prettifyError(error).replaceAll('\n', ' '));
}

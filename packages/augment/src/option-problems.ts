import type { AugmentationOp, SchemaIssue } from '@mochi/contract';
import { jsonSchemaOf, suggest } from '@mochi/core';

/** What every entry of a list may have beside the options of its operation. */
const OF_ENTRIES = ['p', 'before', 'views'];

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What a schema has against the options of an operation. Of an option that it does not have: those that it has, and the one that was meant. */
export function optionProblems(
  { name, options }: Pick<AugmentationOp, 'name' | 'options'>,
  issues: readonly SchemaIssue[],
): Problem[] {
  const known = [...Object.keys(jsonSchemaOf(options).properties ?? {}), ...OF_ENTRIES];
  return issues.flatMap((issue) => {
    const path = (issue.path ?? []).map((key) => (typeof key === 'object' ? key.key : key));
    const { code, keys } = issue as { readonly code?: string; readonly keys?: readonly string[] }; // zod's
    if (code !== 'unrecognized_keys' || !keys || path.length > 0) return [{ path, message: issue.message }];
    return keys.map((key) => {
      const near = suggest(key, known);
      const meant = near === undefined ? '' : `; did you mean "${near}"?`;
      return { path, message: `"${key}" is no option of ${name}, which takes ${known.join(', ')}${meant}` };
    });
  });
}

import type { StandardSchema } from '@mochi/contract';
import { suggest } from '../suggest.js';
import { expectedOf, type RichIssue } from './expected.js';
import { jsonSchemaOf, propertiesAt } from './json-schema.js';
import { meantKey } from './foreign-keys.js';
import { nodeAt, placeOf, type Node, type Path } from './node.js';
import { issuePath, show, type Problem } from './problems.js';

/**
 * The value that a schema makes of an input, or the problems, each with the place where it was written.
 *
 * @param root The whole config. @param path Where the input stands in it.
 */
export async function checkSchema(
  schema: StandardSchema,
  input: unknown,
  root: Node,
  path: Path,
): Promise<{ value: unknown; problems: Problem[] }> {
  const result = await schema['~standard'].validate(input);
  if (!result.issues) return { value: result.value, problems: [] };
  const problems = result.issues.flatMap((issue) =>
    explainIssue(issue as RichIssue, { schema, input, root, base: path, within: [] }),
  );
  return { value: undefined, problems };
}

interface Scope {
  readonly schema: StandardSchema;
  readonly input: unknown;
  readonly root: Node;
  readonly base: Path;
  /** Path of the union whose branch is explained, below `base`. */
  readonly within: Path;
}

function explainIssue(issue: RichIssue, scope: Scope): Problem[] {
  const inner = [...scope.within, ...issuePath(issue)];
  if (issue.code === 'unrecognized_keys' && issue.keys) return issue.keys.map((key) => unknownKey(key, inner, scope));
  const branch = issue.code === 'invalid_union' ? nearestBranch(issue) : undefined;
  if (branch) return branch.flatMap((deeper) => explainIssue(deeper, { ...scope, within: inner }));
  const path = [...scope.base, ...inner];
  const found = valueAt(scope.input, inner);
  const words = issue.values?.filter((value): value is string => typeof value === 'string') ?? [];
  return [
    {
      code: 'MOCHI_CONFIG_INVALID',
      place: placeOf(scope.root, path),
      path,
      found: show(found),
      expected: expectedOf(issue),
      suggestion: typeof found === 'string' ? suggest(found, words) : undefined,
    },
  ];
}

function unknownKey(key: string, inner: Path, { schema, root, base }: Scope): Problem {
  const known = propertiesAt(jsonSchemaOf(schema), inner);
  const path = [...base, ...inner, key];
  return {
    code: 'MOCHI_CONFIG_INVALID',
    place: placeOf(root, path, true),
    path,
    found: `the key "${key}"`,
    expected: keysOf(known, root, [...base, ...inner]),
    suggestion: meantKey(key, known),
  };
}

/** Of a plugin with its name: an override may be laid upon another plugin than its writer thinks. */
function keysOf(known: readonly string[], root: Node, path: Path): string {
  const at = nodeAt(root, path);
  const name = at?.kind === 'map' ? nodeAt(at, ['name']) : undefined;
  const of = name?.kind === 'value' && typeof name.value === 'string' ? `the options of ${name.value}` : undefined;
  if (known.length === 0) return of === undefined ? 'no such key' : `none: ${of} are none`;
  return `one of ${known.join(', ')}${of === undefined ? '' : `, ${of}`}`;
}

// "Invalid input" of a union says nothing. Where one branch went deeper than the others, it was the one that was meant.
function nearestBranch({ errors, message }: RichIssue): readonly RichIssue[] | undefined {
  if (message !== 'Invalid input') return undefined; // the schema says it better
  const depth = (branch: readonly RichIssue[]) =>
    Math.max(0, ...branch.map((issue) => issuePath(issue).length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
  const ranked = [...(errors ?? [])].sort((a, b) => depth(b) - depth(a));
  const [best, next] = ranked;
  return best && depth(best) > (next ? depth(next) : 0) ? best : undefined;
}

const valueAt = (input: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    input,
  );

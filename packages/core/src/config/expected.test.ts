import { expect, test } from 'vitest';
import { z } from 'zod';
import { expectedOf, type RichIssue } from './expected.js';

const count = z.int().positive();
test.each([
  { schema: z.union([count, z.array(count).min(1)]), given: 'many', says: 'a number, or a list' },
  {
    schema: z.union([z.literal('cosine'), z.strictObject({ gamma: z.number() })]),
    given: 5,
    says: 'cosine, or a map of options',
  },
  { schema: count, given: 1.5, says: 'a whole number' },
  { schema: count, given: 0, says: 'a number above 0' },
  { schema: z.number().lt(1), given: 1, says: 'a number below 1' },
  { schema: z.number().max(1), given: 2, says: 'a number of at most 1' },
  { schema: z.string().min(1), given: '', says: 'text of at least 1 character' },
  { schema: z.array(count).min(1), given: [], says: 'a list of at least 1' },
  { schema: z.boolean(), given: 'yes', says: 'true or false' },
  { schema: z.enum(['a', 'b']), given: 'c', says: 'one of a, b' },
  { schema: z.string().refine(() => false, { error: 'A name of yours' }), given: 'x', says: 'a name of yours' },
])('instead of $given, $says is expected: never the words of the library', ({ schema, given, says }) => {
  const [issue] = schema.safeParse(given).error!.issues;
  expect(expectedOf(issue as RichIssue)).toBe(says);
});

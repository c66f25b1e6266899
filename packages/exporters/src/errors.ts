import { MochiError } from '@mochi/contract';

export const embeddingTableInvalid = (problem: string) =>
  new MochiError('MOCHI_EMBEDDING_TABLE_INVALID', {
    happened: `The embeddings cannot be written: ${problem}.`,
    expected: 'rows * dim features, and one id, one name and (where there are any) one label for each row',
    fix: 'Build the table from the output of `embed`, and leave no row out of one column alone.',
  });

export const exportFailed = (path: string, cause: unknown) =>
  new MochiError(
    'MOCHI_EXPORT_FAILED',
    {
      happened: `Embeddings could not be written to ${path}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      expected: 'a path in a folder that can be written, on a disk with room',
      fix: 'Check the path, its permissions and the free space. What was there before is untouched.',
    },
    { cause },
  );

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
      happened: `What was asked for could not be written to ${path}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      expected: 'a path in a folder that can be written, on a disk with room',
      fix: 'Check the path, its permissions and the free space. What was there before is untouched.',
    },
    { cause },
  );

export const exportOperator = (format: string, op: string, node: string) =>
  new MochiError('MOCHI_EXPORT_OPERATOR', {
    happened: `The encoder cannot be written as ${format}: it uses TensorFlow's op ${op} (${node}), which has no counterpart there.`,
    expected: 'an encoder of convolutions, norms, pooling, products and elementwise ops',
    fix: 'Write it as a SavedModel, which takes every op, or build the encoder from other ops.',
  });

export const exportNames = (encoder: string, format: string, problem: string) =>
  new MochiError('MOCHI_EXPORT_NAMES', {
    happened: `The weights of the encoder ${encoder} cannot be written as ${format}: ${problem}.`,
    expected: 'a ResNet, or another encoder with `stateDict`, whose names are those of the PyTorch network',
    fix: 'Write ONNX or a SavedModel, which carry the network beside its weights, or give the encoder a stateDict.',
  });

export const lanceDbMissing = (cause: unknown) =>
  new MochiError(
    'MOCHI_LANCEDB_MISSING',
    {
      happened: 'Embeddings were to be written to LanceDB, and its package is not installed.',
      expected: '@lancedb/lancedb 0.31.0 in the project, an optional peer: it takes 190 MB',
      fix: 'Run npm install @lancedb/lancedb@0.31.0, or write Parquet, which LanceDB imports too.',
    },
    { cause },
  );

export const exportFolderTaken = (path: string, mark: string) =>
  new MochiError('MOCHI_EXPORT_FOLDER', {
    happened: `${path} is a folder with other things in it, and an export replaces a whole folder.`,
    expected: `a path that is not there, an empty folder, or an earlier export (a folder with ${mark})`,
    fix: 'Name a new folder.',
  });

import type { Features } from './evaluator.js';

/** Features with what belongs to each row. */
export interface EmbeddingTable extends Features {
  /** What a person would call each sample, e.g. its path. */
  readonly names: readonly string[];
}

export interface EmbeddingWriter {
  readonly format: string;
  /** Written aside and renamed. */
  write(table: EmbeddingTable, path: string): Promise<void>;
}

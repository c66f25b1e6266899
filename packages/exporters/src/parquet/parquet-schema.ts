import type { SchemaElement } from 'hyparquet-writer';

/**
 * The columns, in order. `embedding` is a list in the standard three-level form (LIST > list > element), so that pandas, Polars, Arrow and
 * DuckDB read a list of floats without being told.
 */
export const embeddingSchema = (): SchemaElement[] => [
  { name: 'root', num_children: 5 },
  { name: 'name', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'id', type: 'INT32', repetition_type: 'REQUIRED' },
  { name: 'label', type: 'INT32', repetition_type: 'OPTIONAL' },
  { name: 'class', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  { name: 'embedding', repetition_type: 'REQUIRED', converted_type: 'LIST', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
];

/** The parts of a file name of a WebDataset: files of one sample share the key, `dir/000017` of `dir/000017.seg.png`. */
export interface SampleName {
  readonly key: string;
  /** In lower case, without the first dot: `seg.png`. */
  readonly extension: string;
}

/** Undefined for a name without an extension, and for hidden files. */
export function sampleName(name: string): SampleName | undefined {
  const clean = name.replace(/^(\.\/)+/, '');
  const base = clean.lastIndexOf('/') + 1;
  const dot = clean.indexOf('.', base);
  if (dot <= base) return undefined;
  return { key: clean.slice(0, dot), extension: clean.slice(dot + 1).toLowerCase() };
}

import type { PluginKind } from '@mochi/contract';

/** A section of the config that names plugins. */
export interface SectionSpec {
  readonly section: string;
  readonly kind: Exclude<PluginKind, 'extension'>;
  /** `one`: a plugin. `many`: a list. `chain`: either. */
  readonly form: 'one' | 'many' | 'chain';
}

/** Every section that names plugins, in the order in which plugins are set up. Extensions come after. */
export const SECTIONS: readonly SectionSpec[] = [
  { section: 'data', kind: 'data', form: 'one' },
  { section: 'augment', kind: 'augment', form: 'one' },
  { section: 'mixing', kind: 'mixing', form: 'one' },
  { section: 'encoder', kind: 'encoder', form: 'one' },
  { section: 'method', kind: 'method', form: 'one' },
  { section: 'bank', kind: 'bank', form: 'chain' },
  { section: 'sampler', kind: 'sampler', form: 'chain' },
  { section: 'positives', kind: 'positives', form: 'one' },
  { section: 'optimizer', kind: 'optimizer', form: 'one' },
  { section: 'schedule', kind: 'schedule', form: 'one' },
  { section: 'evaluators', kind: 'evaluator', form: 'many' },
  { section: 'trackers', kind: 'tracker', form: 'many' },
  { section: 'exporters', kind: 'exporter', form: 'many' },
];

export const sectionOf = (key: string): SectionSpec | undefined => SECTIONS.find(({ section }) => section === key);

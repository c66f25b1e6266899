import type { Page } from './page/page.js';
import type { RunRecord } from './run/read-run.js';
import { configSection, environmentSection } from './sections/config.js';
import { costSection } from './sections/cost.js';
import { curvesSection } from './sections/curves.js';
import { Atlases, imageSections, type LookedAt } from './sections/images.js';
import { falseNegativesSection, representationSection } from './sections/negatives.js';
import { profileSection } from './sections/profile.js';
import { notesOf, summarySection } from './sections/summary.js';

export interface ReportOptions {
  readonly title?: string;
  /** When it is written, for the heading. */
  readonly date: Date;
}

/** The report of runs as a page. @param looked What was seen through the encoder of each run, in the order of the runs. */
export function reportPage(runs: readonly RunRecord[], looked: readonly LookedAt[], options: ReportOptions): Page {
  const atlases = new Atlases();
  const ofGroup = runs.map((run, group) => ({ ...run, group }));
  const images = imageSections(looked, atlases);
  const names = runs.map(({ name }) => name);
  return {
    title: options.title ?? (runs.length === 1 ? names[0]! : `${runs.length} runs`),
    subtitle: `${names.join(', ')} – written ${options.date.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    notes: notesOf(runs),
    groups: names,
    sections: [
      summarySection(runs),
      configSection(runs),
      curvesSection(runs.map(({ curves, results }) => ({ curves: [curves], results }))),
      profileSection(runs),
      falseNegativesSection(ofGroup),
      representationSection(ofGroup),
      ...images,
      costSection(runs),
      environmentSection(runs),
    ],
    atlases: atlases.all,
  };
}

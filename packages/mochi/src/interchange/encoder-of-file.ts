import { resolve } from 'node:path';
import type { Augmentation, Encoder, EncoderWeights, Logger, Preprocessing } from '@mochi/contract';
import { evalTransform, type Rgb } from '@mochi/augment';
import {
  ARCHITECTURES,
  describeWeights,
  importReport,
  importWeights,
  readFileMetadata,
  readWeights,
  resnet,
  type ResnetConfig,
  type ResnetName,
  type WeightsDescription,
} from '@mochi/encoders';
import { createRng, startTensorFlow } from '@mochi/tensorflow';
import { encoderDiffers, stemUnclear, weightsTwice, weightsWithoutEncoder } from '../errors.js';
import { openRun } from '../open-run.js';

type Section = Readonly<Record<string, unknown>>;
type WeightsOptions = Exclude<NonNullable<ResnetConfig['weights']>, string>;

export interface EncoderOfFile {
  readonly encoder: Encoder;
  /** The caller disposes them. */
  readonly weights: EncoderWeights;
  readonly augmentation: Augmentation;
  /** False: the weights are of the backbone alone, and those of the head stand for nothing. */
  readonly hasHead: boolean;
}

/** What the caller says of a weights file; the rest is read off it. */
export interface FileOptions {
  readonly encoder?: string | Section;
  readonly size?: number;
  readonly mean?: Rgb;
  readonly std?: Rgb;
  readonly log?: Logger;
}

/**
 * The encoder that a weights file is for: as the caller says, and for the rest as the file says and its weights show.
 *
 * @throws MOCHI_WEIGHTS_*, MOCHI_PICKLE_REFUSED; MOCHI_CONFIG_INVALID, MOCHI_UNKNOWN_PLUGIN for a section that is wrong
 */
export async function encoderOfFile(
  file: string,
  { encoder: asked = {}, size, mean, std, log }: FileOptions,
): Promise<EncoderOfFile> {
  await startTensorFlow();
  const { encoder: stated, preprocessing } = statedIn(file);
  const { weights = {}, ...own } = typeof asked === 'string' ? { name: asked } : (asked as Section);
  const stored = readWeights(file);
  const prefix = (weights as Section)['prefix'] as string | undefined;
  const seen = describeWeights(stored, { file, ...(typeof prefix === 'string' ? { prefix } : {}) });
  const section = merged(seen, stated, own);
  const { name } = section;
  if (typeof name !== 'string') throw weightsWithoutEncoder(file, Object.keys(ARCHITECTURES));
  if (typeof stated?.['name'] === 'string' && stated['name'] !== name) throw encoderDiffers(file, stated['name'], name);
  const stems = seen?.stems ?? [];
  if (section['stem'] === undefined && stems.length > 1) throw stemUnclear(file, stems);
  const { weights: how, ...options } = await checked({ ...section, weights: readingOf(file, weights) });
  const encoder = resnet(name as ResnetName, options);
  const hasHead = how.head === 'load' && seen?.head !== null;
  const imported = importWeights(stored, encoder, createRng(0, 'encoder'), { ...how, file, head: hasHead ? 'load' : 'new' });
  log?.info(importReport(name, imported.plan, file));
  const given = { ...(mean ? { mean } : {}), ...(std ? { std } : {}) };
  const statistics = preprocessing ? { mean: preprocessing.mean, std: preprocessing.std } : {};
  const augmentation = evalTransform(size ?? preprocessing?.size ?? 224, { ...statistics, ...given });
  return { encoder, weights: imported.weights, hasHead, augmentation };
}
/** What is read off the weights, under what the file says, under what the caller says. A head of another kind than asked for says nothing of it. */
function merged(seen: WeightsDescription | undefined, stated: Section | undefined, own: Section): Section {
  const { stems = [], name, head: seenHead, ...sizes } = seen ?? {};
  const stem = stems.length === 1 ? { stem: stems[0] } : {};
  const section = { ...(name ? { name } : {}), ...sizes, ...stem, ...stated, ...own };
  const head = (stated?.['head'] ?? seenHead ?? {}) as Section;
  const asked = own['head'] as Section | undefined;
  const same = asked?.['kind'] === undefined || asked['kind'] === head['kind'];
  return { ...section, head: { ...(same ? head : {}), ...asked } };
}

/** How the file is to be read, with the file that it is. */
function readingOf(file: string, weights: unknown): unknown {
  const how = typeof weights === 'string' ? { file: weights } : weights;
  if (typeof how !== 'object' || how === null) return how; // refused with the rest of the section
  const named = (how as Section)['file'];
  if (typeof named === 'string' && resolve(named) !== resolve(file)) throw weightsTwice(file, named);
  return { ...how, file };
}

type Checked = Omit<ResnetConfig, 'weights'> & { readonly weights: WeightsOptions };

/** The section as a config would have it, its defaults filled in. */
async function checked(encoder: Section): Promise<Checked> {
  const host = await openRun({ encoder }, { required: ['encoder'] });
  try {
    const { name: _, ...section } = host.config['encoder'] as { name: string } & Checked;
    return section;
  } finally {
    await host.dispose();
  }
}

/** What an export of ours says of itself; nothing for files of others. */
function statedIn(file: string): { encoder?: Section; preprocessing?: Preprocessing } {
  if (!file.endsWith('.safetensors')) return {};
  const metadata = readFileMetadata(file);
  const parsed = (name: string): unknown => (metadata[name] === undefined ? undefined : JSON.parse(metadata[name]));
  const { dims: _, weights: __, ...encoder } = (parsed('mochi.encoder') ?? {}) as Section;
  return { encoder, preprocessing: parsed('mochi.preprocessing') as Preprocessing };
}

import type { Augmentation, Encoder, EncoderWeights, Preprocessing } from '@mochi/contract';
import { evalTransform } from '@mochi/augment';
import {
  ARCHITECTURES,
  importWeights,
  planImport,
  readFileMetadata,
  readWeights,
  resnet,
  type ResnetName,
  type ResnetOptions,
  type ShapedEncoder,
  type StoredWeights,
} from '@mochi/encoders';
import { createRng, startTensorFlow } from '@mochi/tensorflow';
import { encoderDiffers, weightsWithoutEncoder } from '../errors.js';
import { openRun } from '../open-run.js';

type Section = Readonly<Record<string, unknown>>;

export interface EncoderOfFile {
  readonly encoder: Encoder;
  /** The caller disposes them. */
  readonly weights: EncoderWeights;
  readonly augmentation: Augmentation;
  /** False: the weights are of the backbone alone, and those of the head stand for nothing. */
  readonly hasHead: boolean;
}

/**
 * The encoder that a weights file is for: as the file says, or as the caller does.
 *
 * @throws MOCHI_WEIGHTS_*, MOCHI_PICKLE_REFUSED; MOCHI_CONFIG_INVALID, MOCHI_UNKNOWN_PLUGIN for a section that is wrong
 */
export async function encoderOfFile(
  file: string,
  { encoder: asked, size }: { readonly encoder?: string | Section; readonly size?: number },
): Promise<EncoderOfFile> {
  await startTensorFlow();
  const { encoder: stated, preprocessing } = statedIn(file);
  const { name, ...rest } = asked === undefined ? (stated ?? {}) : await checked(asked);
  if (typeof name !== 'string' || !(name in ARCHITECTURES)) throw weightsWithoutEncoder(file, Object.keys(ARCHITECTURES));
  if (typeof stated?.['name'] === 'string' && stated['name'] !== name) throw encoderDiffers(file, stated['name'], name);
  const encoder = resnet(name as ResnetName, rest as ResnetOptions);
  const stored = readWeights(file);
  const hasHead = headIn(stored, encoder);
  const { weights } = importWeights(stored, encoder, createRng(0, 'encoder'), { head: hasHead ? 'load' : 'new' });
  const statistics = preprocessing ? { mean: preprocessing.mean, std: preprocessing.std } : {};
  return { encoder, weights, hasHead, augmentation: evalTransform(size ?? preprocessing?.size ?? 224, statistics) };
}

/** The section as a config would have it, its defaults filled in. */
async function checked(encoder: string | Section): Promise<Section> {
  const host = await openRun({ encoder }, { required: ['encoder'] });
  try {
    const { weights: _, ...section } = host.config['encoder'] as Section;
    return section;
  } finally {
    await host.dispose();
  }
}

function headIn(stored: StoredWeights, encoder: ShapedEncoder): boolean {
  const plan = planImport(new Map([...stored].map(([name, { shape }]) => [name, shape])), encoder.shapes);
  return [...plan.loaded, ...plan.unexpected, ...plan.misshaped].some((name) => name.startsWith('fc.'));
}

/** What an export of ours says of itself; nothing for files of others. */
function statedIn(file: string): { encoder?: Section; preprocessing?: Preprocessing } {
  if (!file.endsWith('.safetensors')) return {};
  const metadata = readFileMetadata(file);
  const parsed = (name: string): unknown => (metadata[name] === undefined ? undefined : JSON.parse(metadata[name]));
  const { dims: _, weights: __, ...encoder } = (parsed('mochi.encoder') ?? {}) as Section;
  return { encoder, preprocessing: parsed('mochi.preprocessing') as Preprocessing };
}

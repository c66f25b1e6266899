import type { Dataset, SplitSource } from '@mochi/contract';
import { hostRandom } from '@mochi/tensorflow';
import { editCopies } from './edit-copies.js';
import { ARTISTS, listEmoji, type Emoji } from './emoji-list.js';

export interface EmojiOptions {
  /** Share of the emoji that training never sees. */
  readonly holdOut: number;
  /** Decides which, and the edits of the copies. */
  readonly seed: number;
}

/**
 * Emoji by two artists. `train`: both drawings of 80 % of the emoji; `originals`: both drawings of the others; `copies`: an edited copy of each
 * original, in the same order. Samples 2e and 2e + 1 are the two drawings of emoji e. Labels are subcategories.
 */
export class EmojiDataset implements Dataset {
  readonly name = 'emoji';
  readonly splits = ['train', 'originals', 'copies'] as const;
  private readonly classes: readonly string[];
  private readonly parts: { train: Emoji[]; originals: Emoji[] };
  private copies: Promise<SplitSource> | undefined;

  constructor(private readonly options: EmojiOptions) {
    const emoji = listEmoji();
    this.classes = [...new Set(emoji.map(({ subcategory }) => subcategory))].sort();
    const order = hostRandom(options.seed, 'emoji/hold-out').permutation(emoji.length);
    const heldOut = new Set(order.slice(0, Math.round(options.holdOut * emoji.length)));
    this.parts = {
      train: emoji.filter((_, index) => !heldOut.has(index)),
      originals: emoji.filter((_, index) => heldOut.has(index)),
    };
  }

  async split(name: string): Promise<SplitSource> {
    if (name === 'copies') return (this.copies ??= editCopies(await this.split('originals'), this.options.seed));
    if (name !== 'train' && name !== 'originals')
      throw new Error(`The emoji have no split "${name}"; there are ${this.splits.join(', ')}.`);
    return this.sourceOf(name, this.parts[name]);
  }

  private sourceOf(name: string, emoji: readonly Emoji[]): SplitSource {
    const paths = emoji.flatMap(({ drawings }) => drawings);
    const labels = Int32Array.from(paths, (_, index) => this.classes.indexOf(emoji[index >> 1]!.subcategory));
    const describe = (index: number) => `${emoji[index >> 1]!.name.toLowerCase()} by ${ARTISTS[index % 2]!}`;
    return { name, length: paths.length, images: { kind: 'files', paths }, labels, classes: this.classes, describe };
  }
}

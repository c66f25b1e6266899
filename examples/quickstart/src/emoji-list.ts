import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** One emoji with the drawing of each artist. */
export interface Emoji {
  readonly name: string;
  readonly category: string;
  readonly subcategory: string;
  /** Paths of 64-pixel PNGs with alpha, one for each of {@link ARTISTS}. */
  readonly drawings: readonly [string, string];
}

/** Twitter's Twemoji (CC-BY 4.0) and Google's Noto Emoji (Apache-2.0), as the emoji-datasource packages (MIT) carry them. */
export const ARTISTS = ['twitter', 'google'] as const;

interface Entry {
  name: string;
  image: string;
  category: string;
  subcategory: string;
  sort_order: number;
  has_img_twitter: boolean;
  has_img_google: boolean;
}

/** The base emoji that both artists drew, in the order of the Unicode chart; skin-tone variants are not among them. */
export function listEmoji(): Emoji[] {
  const require = createRequire(import.meta.url);
  const folders = ARTISTS.map((artist) => dirname(require.resolve(`emoji-datasource-${artist}/package.json`)));
  const entries = JSON.parse(readFileSync(join(folders[0]!, 'emoji.json'), 'utf8')) as Entry[];
  const drawn = entries
    .filter((entry) => entry.has_img_twitter && entry.has_img_google)
    .sort((a, b) => a.sort_order - b.sort_order);
  const path = (artist: number, image: string) => join(folders[artist]!, 'img', ARTISTS[artist]!, '64', image);
  return drawn.map(({ name, image, category, subcategory }) => ({
    name: name ?? image,
    category,
    subcategory,
    drawings: [path(0, image), path(1, image)],
  }));
}

import { centre, meanRow, nearestNeighbours, recallAt, type Neighbours, type Rows } from '@mochi/evaluators';

/** Percent each; higher is better. */
export interface Scores {
  /** Edited copies whose original is the nearest of all originals, and among the nearest five. */
  readonly copiesR1: number;
  readonly copiesR5: number;
  /** Originals whose nearest other original is the same emoji by the other artist. */
  readonly crossArtistR1: number;
  /** Originals whose nearest other original is of the same subcategory. */
  readonly subcategory1nn: number;
}

export interface Measured extends Scores {
  /** The five nearest originals of each copy, for the contact sheet. */
  readonly nearest: Neighbours;
}

/**
 * Scores of features by cosine, centred on the mean of the originals.
 *
 * @param originals [n, D], rows 2e and 2e + 1 the two drawings of emoji e. @param copies [n, D], the edited copies in the same order.
 * @param labels Subcategories of the originals, [n].
 */
export async function measure(originals: Rows, copies: Rows, labels: Int32Array): Promise<Measured> {
  const mean = meanRow(originals);
  const [gallery, queries] = [centre(originals, mean), centre(copies, mean)];
  const nearest = await nearestNeighbours(queries, gallery, 5);
  const others = await nearestNeighbours(gallery, gallery, 1, {
    exclude: Int32Array.from({ length: gallery.rows }, (_, row) => row),
  });
  const sameEmoji = (row: number, other: number) => other === (row ^ 1);
  return {
    copiesR1: recallAt(nearest, (copy, row) => copy === row, 1),
    copiesR5: recallAt(nearest, (copy, row) => copy === row, 5),
    crossArtistR1: recallAt(others, sameEmoji, 1),
    subcategory1nn: recallAt(others, (row, other) => labels[row] === labels[other], 1),
    nearest,
  };
}

/** A remark where the query may weigh more than the row that it is mixed with. @param range Of the query's weight. @param count Such negatives. */
export const queryDominance = (option: string, [, most]: readonly [number, number], count: number): string | undefined =>
  count > 0 && most > 0.5
    ? `sampler.${option} reaches ${most}: above 0.5 a synthetic negative is nearer to the query than to the row that it is made of; the paper has [0, 0.5]`
    : undefined;

import { z } from 'zod';

export const downloadConfig = z
  .union([z.boolean(), z.strictObject({ mirror: z.url().describe('an address of the same file, tried before the publisher') })])
  .default(false)
  .describe(
    'fetch the archive from its publisher into root where it is not there yet, check it and unpack it; false never touches the network',
  );
export type DownloadConfig = z.infer<typeof downloadConfig>;

/** For data sets of several files, which no one mirror has. */
export const downloadOnlyConfig = z
  .boolean()
  .default(false)
  .describe(
    'fetch the files from their publisher into root where they are not there yet, check and unpack them; false never touches the network',
  );

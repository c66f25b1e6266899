import { isMochiError } from '@mochi/contract';

/** The code of the error that `run` fails with. */
export const codeOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
  } catch (error) {
    if (isMochiError(error)) return error.code;
    throw error;
  }
  return 'no error';
};

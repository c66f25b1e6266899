/** What every error of the framework says. Units and names stand in the text, never only in the code. */
export interface ErrorText {
  /** What went wrong, with the values seen. */
  happened: string;
  /** What would have been right. */
  expected: string;
  /** What the reader can do about it now. */
  fix: string;
}

/**
 * The base of every error that a user may see. `code` is stable and stands in docs/errors.md; a test holds the two together.
 */
export class MochiError extends Error {
  override readonly name = 'MochiError';
  readonly happened: string;
  readonly expected: string;
  readonly fix: string;

  constructor(
    readonly code: `MOCHI_${string}`,
    text: ErrorText,
    options?: { cause?: unknown },
  ) {
    super(`${text.happened}\n  expected: ${text.expected}\n  fix: ${text.fix}\n  code: ${code}`, options);
    this.happened = text.happened;
    this.expected = text.expected;
    this.fix = text.fix;
  }
}

/** True for a MochiError of any copy of this package: two copies in one process must still understand each other. */
export const isMochiError = (error: unknown): error is MochiError =>
  error instanceof Error &&
  typeof (error as Partial<MochiError>).code === 'string' &&
  (error as MochiError).code.startsWith('MOCHI_');

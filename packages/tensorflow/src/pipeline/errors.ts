import { MochiError } from '@mochi/contract';

/** An element could not be made; the pipeline itself goes on with the next one. */
export const elementFailed = (message: string, cause: unknown): MochiError =>
  new MochiError(
    'MOCHI_PIPELINE_ELEMENT',
    {
      happened: `An element of an input pipeline failed: ${message}`,
      expected: 'A map function that succeeds for every element, and elements of one shape where they are batched.',
      fix: 'Run explainFailure(fn, element) to find the input, and correct or remove it; or call skipErrors() after the map to leave such elements out.',
    },
    { cause },
  );

/** Tensors that are to be sliced together do not have the same length. */
export const pipelineTensors = (happened: string): MochiError =>
  new MochiError('MOCHI_PIPELINE_TENSORS', {
    happened: `The tensors of an input pipeline do not fit together: ${happened}.`,
    expected: 'At least one tensor, none of them a scalar, all with the same first side: one slice of each makes an element.',
    fix: 'Give Pipeline.fromTensors tensors of one length.',
  });

/** An argument of a stage is outside what it is defined for. */
export const pipelineArgument = (stage: string, happened: string, expected: string): MochiError =>
  new MochiError('MOCHI_PIPELINE_ARGUMENT', {
    happened: `${stage}: ${happened}.`,
    expected,
    fix: `Give ${stage} a value in that range.`,
  });

/** next() was called on an iterator after dispose(). */
export const iteratorDisposed = (): MochiError =>
  new MochiError('MOCHI_PIPELINE_DISPOSED', {
    happened: 'The next element of an input pipeline was asked for after dispose().',
    expected: 'next() before dispose().',
    fix: 'Call iterate() again for another pass.',
  });

/** Runs something whose output is of no interest: a tracker shows its run on the terminal. */
export async function muted<T>(use: () => Promise<T>): Promise<T> {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  for (const stream of streams) stream.write = swallow as typeof stream.write;
  try {
    return await use();
  } finally {
    streams.forEach((stream, at) => (stream.write = writes[at]!));
  }
}

/** Takes what `write` takes, and says that it is done. */
function swallow(_chunk: unknown, ...rest: unknown[]): boolean {
  const done = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined;
  if (done) queueMicrotask(done);
  return true;
}

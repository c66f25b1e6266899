import { disposeTree } from '@mochi/tensorflow';
import type { Scalar } from '@tensorflow/tfjs-core';

/** The metrics of a step. Owns their tensors. Whoever asks first reads them, for all; reading waits for the step. */
export class StepMetrics {
  private reading: Promise<Record<string, number>> | null = null;

  constructor(private readonly scalars: Record<string, Scalar>) {}

  get wereRead(): boolean {
    return this.reading !== null;
  }

  async read(): Promise<Record<string, number>> {
    return { ...(await (this.reading ??= readScalars(this.scalars))) };
  }

  dispose(): void {
    disposeTree(this.scalars);
  }
}

async function readScalars(scalars: Record<string, Scalar>): Promise<Record<string, number>> {
  const values = await Promise.all(
    Object.entries(scalars).map(async ([name, scalar]) => [name, (await scalar.data())[0]!] as const),
  );
  return Object.fromEntries(values);
}

import { TensorFlowError } from '../errors.js';
import type { NativeApi, Pointer } from './api.js';

/** A TF_Status: where the C API reports failure. One for each thread that may fail at a time. */
export class Status {
  readonly pointer: Pointer;
  constructor(private readonly api: NativeApi) {
    this.pointer = api.TF_NewStatus();
  }
  /** @throws MOCHI_TENSORFLOW when the last call with this status failed; `op` says what was tried. */
  check(op: string): void {
    if (this.api.TF_GetCode(this.pointer) !== 0) throw this.error(op);
  }
  error(op: string): TensorFlowError {
    return new TensorFlowError(op, this.api.TF_GetCode(this.pointer), this.api.TF_Message(this.pointer));
  }
  dispose(): void {
    this.api.TF_DeleteStatus(this.pointer);
  }
}

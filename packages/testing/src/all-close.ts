/** How far apart two numbers may be: |got - want| <= atol + rtol * |want|. float32 carries about 7 digits. */
export interface Tolerance {
  /** Relative. Default 1e-5. */
  readonly rtol?: number;
  /** Absolute, in the unit of the values. Default 1e-6. */
  readonly atol?: number;
}

export type Verdict = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** Fails unless |got - want| <= atol + rtol * |want| everywhere; names the worst element. Equal infinities are close, NaN never is. */
export function allClose(got: ArrayLike<number>, want: ArrayLike<number>, { rtol = 1e-5, atol = 1e-6 }: Tolerance = {}): Verdict {
  if (got.length !== want.length) return { ok: false, message: `got ${got.length} elements, want ${want.length}` };
  let worst = { at: -1, excess: 0 };
  let wrong = 0;
  for (let at = 0; at < want.length; at++) {
    if (got[at] === want[at]) continue; // infinities too, whose difference is NaN
    const excess = Math.abs(got[at]! - want[at]!) - (atol + rtol * Math.abs(want[at]!));
    if (excess <= 0) continue;
    wrong++; // NaN comes here: every comparison with it is false
    if (!(excess <= worst.excess)) worst = { at, excess };
  }
  if (wrong === 0) return { ok: true };
  const { at } = worst;
  return {
    ok: false,
    message: `${wrong} of ${want.length} elements differ, worst [${at}]: got ${got[at]}, want ${want[at]} (rtol ${rtol}, atol ${atol})`,
  };
}

/** The optimizers of the package once more, on plain float64 arrays, from their papers' formulas. */

export interface Leaf {
  w: number[];
  /** True for biases and norms. */
  bias: boolean;
}
type Slots = Record<string, number[]>;
type Rule = (leaf: Leaf, gradient: readonly number[], slots: Slots, rate: number, step: number) => number[];

const length = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const slotOf = (slots: Slots, name: string, like: readonly number[]): number[] => (slots[name] ??= like.map(() => 0));

export const sgdRule =
  (o: { momentum: number; weightDecay: number; nesterov: boolean; excludeBias: boolean }): Rule =>
  ({ w, bias }, gradient, slots, rate) => {
    const v = slotOf(slots, 'momentum', w);
    return w.map((weight, at) => {
      const g = gradient[at]! + (o.excludeBias && bias ? 0 : o.weightDecay) * weight;
      v[at] = o.momentum * v[at]! + g;
      return weight - rate * (o.nesterov ? g + o.momentum * v[at] : v[at]);
    });
  };

export const larsRule =
  (o: { momentum: number; weightDecay: number; trust: number; excludeBias: boolean }): Rule =>
  ({ w, bias }, gradient, slots, rate) => {
    const v = slotOf(slots, 'momentum', w);
    const plain = o.excludeBias && bias;
    const decayed = gradient.map((g, at) => (plain ? g : g + o.weightDecay * w[at]!));
    const [weight, slope] = [length(w), length(decayed)];
    const local = plain || weight === 0 || slope === 0 ? 1 : (o.trust * weight) / slope;
    return w.map((value, at) => {
      v[at] = o.momentum * v[at]! + local * decayed[at]!;
      return value - rate * v[at];
    });
  };

export const adamwRule =
  (o: { beta1: number; beta2: number; epsilon: number; weightDecay: number; excludeBias: boolean }): Rule =>
  ({ w, bias }, gradient, slots, rate, step) => {
    const [m, v, t] = [slotOf(slots, 'mean', w), slotOf(slots, 'square', w), step + 1];
    return w.map((weight, at) => {
      const g = gradient[at]!;
      m[at] = o.beta1 * m[at]! + (1 - o.beta1) * g;
      v[at] = o.beta2 * v[at]! + (1 - o.beta2) * g * g;
      const move = m[at] / (1 - o.beta1 ** t) / (Math.sqrt(v[at] / (1 - o.beta2 ** t)) + o.epsilon);
      return weight * (1 - rate * (o.excludeBias && bias ? 0 : o.weightDecay)) - rate * move;
    });
  };

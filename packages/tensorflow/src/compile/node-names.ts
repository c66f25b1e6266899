/** What a node computes with, for its name. */
interface Label {
  readonly text: string;
  /** It depends on this state alone: a parameter, its average. What also depends on images is not. */
  readonly pure: boolean;
  readonly scope: string;
}

/** Where a node belongs: scopes joined by `/`, and the state that it uses. */
export interface Place {
  readonly scope: string;
  readonly state: string | undefined;
}

/**
 * Names of the nodes of a trace, so that a profile tells the layer: `scope/state-op_number`. Scopes are opened by `scope`; the state is the
 * argument that the node uses, e.g. a layer's parameters, or the one that the values before it used.
 */
export class NodeNames {
  /** Where the node that was named last belongs. */
  last: Place = { scope: '', state: undefined };
  private scopes = '';
  private fixed: Place | undefined;
  private count = 0;
  private current: Label | undefined;
  private readonly labels = new WeakMap<object, Label>();

  /** Opens a scope; what it returns closes it. */
  open(name: string): () => void {
    const before = this.scopes;
    this.scopes = inScope(before, clean(name));
    return () => (this.scopes = before);
  }

  /** Runs `fn`, whose nodes all get names of this place, whatever scopes are open and whatever state they use. */
  at<R>(place: Place, fn: () => R): R {
    const before = this.fixed;
    this.fixed = place;
    try {
      return fn();
    } finally {
      this.fixed = before;
    }
  }

  /** The name of the next node. @param inputs What it computes with. */
  next(op: string, inputs: readonly object[] = []): string {
    this.current = this.fixed ? undefined : this.labelOf(inputs);
    this.last = this.fixed ?? { scope: this.scopes, state: this.current?.text };
    const { scope, state } = this.last;
    return inScope(scope, `${state === undefined ? '' : `${state}-`}${op}_${this.count++}`);
  }

  /** Remembers that `node` is an output of the node that was named last. */
  made<N extends object>(node: N): N {
    if (this.current) this.labels.set(node, this.current);
    return node;
  }

  /** Remembers that `node` is the argument of this path. Of a parameter's name, `layer1.0.conv1.weight`, the layer counts. */
  argument(node: object, path: string): void {
    const text = clean(path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, ''));
    if (text !== '') this.labels.set(node, { text, pure: true, scope: '' });
  }

  /** Parameters come last among the inputs of most ops, after what they are applied to. */
  private labelOf(inputs: readonly object[]): Label | undefined {
    const found = inputs.flatMap((input) => this.labels.get(input) ?? []);
    const chosen = found.findLast(({ pure }) => pure) ?? found.findLast(({ scope }) => scope === this.scopes);
    if (!chosen) return undefined;
    const pure = chosen.pure && found.every((label) => label.pure && label.text === chosen.text);
    return { text: chosen.text, scope: this.scopes, pure };
  }
}

export const inScope = (scope: string, name: string): string => (scope === '' ? name : `${scope}/${name}`);

/** TensorFlow allows letters, digits and some signs, the first of them no sign but a dot. */
const clean = (name: string): string => name.replace(/[^A-Za-z0-9_.-]/g, '.').replace(/^[_-]/, '.');

import koffi from 'koffi';
import type { NativeApi, Pointer } from './api.js';
import { fields, text } from './protobuf.js';

/** An input or output of an op. A list has the attribute that holds its length (`countAttr`) or its dtypes (`typesAttr`). */
export interface Argument {
  readonly name: string;
  /** The attribute that holds its dtype, where that is not fixed. */
  readonly typeAttr?: string;
  readonly countAttr?: string;
  readonly typesAttr?: string;
}

export interface OpDefinition {
  readonly name: string;
  readonly inputs: readonly Argument[];
  readonly outputs: readonly Argument[];
  readonly hasListInput: boolean;
  /** Attributes that follow from inputs that are no lists. */
  readonly inferred: ReadonlySet<string>;
  /** Has effects or state: must neither be dropped nor reordered. */
  readonly stateful: boolean;
}

/** The definitions of TensorFlow's ops, read from the library when first needed. */
export class OpDefinitions {
  private readonly known = new Map<string, OpDefinition | null>();
  private readonly graph: Pointer;
  private readonly status: Pointer;

  constructor(private readonly api: NativeApi) {
    this.graph = api.TF_NewGraph();
    this.status = api.TF_NewStatus();
  }

  /** Null for what is not an op, e.g. the name of a function. Names of functions are never used twice, so a null stays right. */
  find(name: string): OpDefinition | null {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const definition = this.load(name);
    this.known.set(name, definition);
    return definition;
  }

  /** Called when a function is removed, so that its name does not stay here. */
  forget(name: string): void {
    this.known.delete(name);
  }

  private load(name: string): OpDefinition | null {
    const buffer = this.api.TF_NewBuffer();
    try {
      this.api.TF_GraphGetOpDef(this.graph, name, buffer, this.status);
      if (this.api.TF_GetCode(this.status) !== 0) return null;
      return parseOpDefinition(bufferBytes(buffer));
    } finally {
      this.api.TF_DeleteBuffer(buffer);
    }
  }
}

/** TF_Buffer: { const void* data; size_t length; ... } */
export function bufferBytes(buffer: Pointer): Uint8Array {
  const [data, length] = new BigUint64Array(koffi.view(buffer, 16));
  return new Uint8Array(koffi.view(data!, Number(length!)).slice(0));
}

/** message OpDef { 1: name, 2: input_arg, 3: output_arg, 17: is_stateful }. */
export function parseOpDefinition(bytes: Uint8Array): OpDefinition {
  const inputs: Argument[] = [];
  const outputs: Argument[] = [];
  let name = '';
  let stateful = false;
  for (const { number, value } of fields(bytes)) {
    if (number === 1) name = text(value);
    else if (number === 2) inputs.push(parseArgument(value as Uint8Array));
    else if (number === 3) outputs.push(parseArgument(value as Uint8Array));
    else if (number === 17) stateful = value === 1;
  }
  const inferred = new Set(inputs.flatMap((input) => (isList(input) || input.typeAttr === undefined ? [] : [input.typeAttr])));
  return { name, inputs, outputs, stateful, inferred, hasListInput: inputs.some(isList) };
}

/** message ArgDef { 1: name, 4: type_attr, 5: number_attr, 6: type_list_attr }. */
function parseArgument(bytes: Uint8Array): Argument {
  const argument: { name: string; typeAttr?: string; countAttr?: string; typesAttr?: string } = { name: '' };
  for (const { number, value } of fields(bytes)) {
    if (number === 1) argument.name = text(value);
    else if (number === 4) argument.typeAttr = text(value);
    else if (number === 5) argument.countAttr = text(value);
    else if (number === 6) argument.typesAttr = text(value);
  }
  return argument;
}

export const isList = (argument: Argument): boolean => argument.countAttr !== undefined || argument.typesAttr !== undefined;

const lengthAttr = (argument: Argument): string | undefined => argument.countAttr ?? argument.typesAttr;

/**
 * How many tensors each argument takes. Lengths stand in the attributes, or follow from the total where one length is open.
 *
 * @param stated Lengths that are known from attributes, by name of the attribute.
 * @param total Tensors in all; undefined where unknown.
 * @returns undefined where the total does not fit, or more than one length is open.
 */
export function argumentLengths(
  args: readonly Argument[],
  stated: ReadonlyMap<string, number>,
  total: number | undefined,
): number[] | undefined {
  const lengths = args.map((argument) => {
    const attr = lengthAttr(argument);
    return attr === undefined ? 1 : (stated.get(attr) ?? -1);
  });
  const open = new Set(args.filter((_, i) => lengths[i] === -1).map(lengthAttr));
  if (open.size > 1 || (open.size === 1 && total === undefined)) return undefined;
  const known = lengths.reduce((sum, length) => sum + Math.max(length, 0), 0);
  if (open.size === 0) return total === undefined || known === total ? lengths : undefined;
  const each = (total! - known) / lengths.filter((length) => length === -1).length;
  return Number.isInteger(each) && each >= 0 ? lengths.map((length) => (length === -1 ? each : length)) : undefined;
}

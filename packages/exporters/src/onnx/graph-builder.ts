import type { HostTensor } from '../graph/constants.js';
import { ELEMENT, intsAttribute, type Attribute, type Initializer, type OnnxNode } from './messages.js';

/**
 * A value of TensorFlow's graph within ONNX'. TensorFlow has channels last and ONNX' convolutions have them first, so that an image has a name for
 * either; whichever is missing is made by a transposition when an op asks for it, once.
 */
export interface OnnxTensor {
  readonly rank: number;
  /** As TensorFlow lays it out. */
  last?: string;
  /** Channels second: rank 4 only. */
  first?: string;
  /** Where it is known. */
  readonly constant?: HostTensor;
  /** Of a constant, e.g. the name of a weight. */
  readonly name?: string;
}

const TO_FIRST = [0, 3, 1, 2];
const TO_LAST = [0, 2, 3, 1];

/** Collects nodes and constants. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Initializer[] = [];
  private readonly names = new Set<string>();
  private count = 0;

  /** Adds a node with one output. @returns The output's name: `name` where it is free. */
  node(op: string, input: readonly string[], attribute: readonly Attribute[] = [], name = this.fresh(op)): string {
    const output = this.names.has(name) ? this.fresh(name) : name;
    this.names.add(output);
    this.nodes.push({ op_type: op, name: `${output}/${op}`, input, output: [output], attribute });
    return output;
  }

  /** Adds a constant. int32 becomes int64, which ONNX wants for shapes and axes. */
  constant({ shape, data }: HostTensor, name = this.fresh('constant')): string {
    const output = this.names.has(name) ? this.fresh(name) : name;
    this.names.add(output);
    const values = data instanceof Float32Array ? data : BigInt64Array.from(data, BigInt);
    this.initializers.push({
      name: output,
      dims: shape,
      data_type: data instanceof Float32Array ? ELEMENT.float : ELEMENT.int64,
      raw_data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    });
    return output;
  }

  /** The value's name in TensorFlow's layout. */
  last(tensor: OnnxTensor): string {
    if (tensor.last === undefined && tensor.constant) tensor.last = this.constant(tensor.constant, tensor.name);
    tensor.last ??= this.node('Transpose', [tensor.first!], [intsAttribute('perm', TO_LAST)]);
    return tensor.last;
  }

  /** The image's name with channels second. */
  first(tensor: OnnxTensor): string {
    tensor.first ??= this.node('Transpose', [this.last(tensor)], [intsAttribute('perm', TO_FIRST)]);
    return tensor.first;
  }

  private fresh(base: string): string {
    return `${base}_${this.count++}`;
  }
}

import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorMetadata } from '../../generated/tfjs-node-kernels.js';
import { tracedValueEscaped, unknownOp, wrongInputs } from '../errors.js';
import type { GraphOutput, Pointer } from '../native/api.js';
import { ATTR, AttributeWriter, type Attr, type PartialShape } from '../native/attributes.js';
import type { Precision } from '../native/context.js';
import { DTYPES } from '../native/dtypes.js';
import { argumentLengths, isList, type OpDefinition } from '../native/op-definitions.js';
import { toLongs, type Values } from '../native/tensors.js';
import type { Engine, NodeOutput } from '../runtime/engine.js';
import { describeOp, statedLengths } from '../runtime/op-inputs.js';
import { constantNode } from './constant-node.js';
import { NodeNames } from './node-names.js';

/** A tensor from outside that the traced code uses: an input of the function that the caller does not see. */
export interface Capture {
  readonly node: NodeOutput;
  /** An id of its own for the tensor, so that disposing the tensor outside does no harm. */
  readonly id: number;
  /** Set where the tensor is a variable: its value at the time of each run counts. */
  variable?: Tensor;
}

/** What `finish` hands over. */
export interface TracedGraph {
  readonly name: string;
  /** Names of functions that its ops call and that nothing else does: they go with it. */
  readonly parts: readonly string[];
  readonly captures: readonly Capture[];
  readonly outputs: readonly NodeOutput[];
}

const DEDUPLICATED_BYTES = 64;

/** Records ops as nodes of a graph. While it is the innermost trace, every op of TensorFlow.js and of `execute` comes here. */
export class Trace {
  readonly captures = new Map<number, Capture>();
  readonly names = new NodeNames();
  /** The op that was added last, for messages. */
  lastOp = 'nothing';
  /** True where matrix products may be computed in `precision`; see `mixedPrecision`. */
  lowersProducts = false;
  /** See `TracedGraph.parts`. */
  readonly parts: string[] = [];
  readonly graph: Pointer;
  private readonly attributes: AttributeWriter;
  private readonly ids: number[] = [];
  readonly arguments: NodeOutput[] = [];
  private readonly constants = new Map<string, NodeOutput>();
  private readonly hostConstants = new Map<object, number>();
  /** Stateful ops in their order; each waits for the one before it, and the function for all of them. */
  private readonly effects: Pointer[] = [];
  private live = true;

  constructor(
    private readonly engine: Engine,
    readonly precision: Precision = 'float32',
  ) {
    this.graph = engine.api.TF_NewGraph();
    this.attributes = new AttributeWriter(engine.api, engine.status, engine.context, false);
  }

  /** An argument of the function. @param path Where it stands among the arguments: for the names of nodes. */
  argument(dtype: number, shape: PartialShape, path = ''): TensorMetadata {
    const node = this.placeholder(dtype, shape);
    if (dtype === DTYPES.float32 && node.shape.length > 0) this.names.argument(node, path);
    this.arguments.push(node);
    return this.register(node);
  }

  /** A constant in the graph. Small ones that are equal become one node: the kernels of TensorFlow.js make many. */
  constant(shape: readonly number[], dtype: number, values: Values): number {
    const small = dtype !== DTYPES.string && ArrayBuffer.isView(values) && values.byteLength <= DEDUPLICATED_BYTES;
    const key = small
      ? `${dtype};${shape.join()};${Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('latin1')}`
      : undefined;
    const known = key === undefined ? undefined : this.constants.get(key);
    if (known) return this.register(known).id;
    const added = constantNode(this.engine, this.graph, this.names.next('Const'), { shape, dtype, values });
    const node = this.output('Const', added, 0);
    if (key !== undefined) this.constants.set(key, node);
    return this.register(node).id;
  }

  /** The constant of a tensor whose values are on the host; one node however often it is used. */
  constantOf(data: { readonly shape: readonly number[]; readonly dtype: number }, values: Values): number {
    let id = this.hostConstants.get(data);
    if (id === undefined || !this.engine.handles.has(id)) {
      id = this.constant(data.shape, data.dtype, values);
      this.hostConstants.set(data, id);
    }
    return id;
  }

  /**
   * Adds an op. `ids` may name symbols of this trace, and anything alive outside of it, which is captured.
   * @param after Symbols that must be there before the op runs.
   */
  op(
    name: string,
    attrs: readonly Attr[],
    ids: readonly number[],
    outputs: number,
    after: readonly number[] = [],
  ): TensorMetadata[] {
    const { api, status, definitions } = this.engine;
    const definition = definitions.find(name);
    if (definition === null && api.TFE_ContextHasFunction(this.engine.context, name) === 0) throw unknownOp(name);
    this.lastOp = name;
    const inputs = ids.map((id) => this.input(id, name));
    if (definition === null) return this.call(name, attrs, inputs, outputs);
    const lengths = argumentLengths(definition.inputs, statedLengths(attrs), ids.length);
    if (lengths === undefined) throw wrongInputs(name, ids.length, describeOp(definition));
    const node = api.TF_NewOperation(this.graph, name, this.names.next(name, inputs));
    // A choice runs its branches where it runs itself, and what reads text or decodes has kernels on the processor alone.
    if (name === 'StatelessIf' && inputs.some(({ dtype }) => dtype === DTYPES.string)) api.TF_SetDevice(node, '/device:CPU:0');
    this.addInputs(node, definition, lengths, inputs);
    if (definition.stateful && this.effects.length > 0) api.TF_AddControlInput(node, this.effects.at(-1)!);
    for (const id of after) api.TF_AddControlInput(node, this.input(id, name).oper);
    for (const attribute of attrs) if (!definition.inferred.has(attribute.name)) this.attributes.set(name, node, attribute);
    const oper = api.TF_FinishOperation(node, status.pointer);
    status.check(name);
    if (definition.stateful) this.effects.push(oper);
    return Array.from({ length: outputs }, (_, i) => this.register(this.output(name, oper, i)));
  }

  /** A traced function called by name. */
  private call(name: string, given: readonly Attr[], inputs: readonly NodeOutput[], outputs: number): TensorMetadata[] {
    const types = this.engine.functionOutputs.get(name) ?? [];
    const attrs: Attr[] = [
      ...given,
      { name: 'Tin', type: ATTR.type, value: inputs.map((input) => input.dtype) },
      { name: 'Tout', type: ATTR.type, value: types.map((type) => type.dtype) },
      { name: 'f', type: ATTR.func, value: name },
    ];
    const ids = inputs.map((input) => this.register(input).id);
    const results = this.op('StatefulPartitionedCall', attrs, ids, types.length);
    return results.slice(0, outputs);
  }

  private addInputs(node: Pointer, definition: OpDefinition, lengths: readonly number[], inputs: readonly NodeOutput[]): void {
    const { api } = this.engine;
    let at = 0;
    definition.inputs.forEach((argument, i) => {
      if (isList(argument)) api.TF_AddInputList(node, inputs.slice(at, at + lengths[i]!).map(asOutput), lengths[i]!);
      else api.TF_AddInput(node, asOutput(inputs[at]!));
      at += lengths[i]!;
    });
  }

  /** The node of an id; what does not belong to this graph becomes an input of it. */
  private input(id: number, op: string): NodeOutput {
    const entry = this.engine.handles.get(id);
    if (entry === undefined) throw tracedValueEscaped(op);
    if (typeof entry !== 'bigint' && entry.trace === this) return entry;
    if (typeof entry !== 'bigint' && !(entry.trace as Trace).live) throw tracedValueEscaped(op);
    return this.capture(id).node;
  }

  capture(id: number): Capture {
    const known = this.captures.get(id);
    if (known) return known;
    const entry = this.engine.handles.get(id);
    if (entry === undefined) throw tracedValueEscaped('A traced function');
    const { dtype, shape } = typeof entry === 'bigint' ? this.engine.metadata(id) : entry;
    const capture: Capture = { node: this.placeholder(dtype, shape), id: this.engine.clone(id) };
    this.captures.set(id, capture);
    return capture;
  }

  private placeholder(dtype: number, shape: PartialShape): NodeOutput {
    const { api, status } = this.engine;
    const node = api.TF_NewOperation(this.graph, 'Placeholder', this.names.next('input'));
    api.TF_SetAttrType(node, 'dtype', dtype);
    if (shape !== null) api.TF_SetAttrShape(node, 'shape', toLongs(shape.map((size) => size ?? -1)), shape.length);
    const oper = api.TF_FinishOperation(node, status.pointer);
    status.check('an input of a traced function');
    return this.output('an argument', oper, 0);
  }

  /** Gives a node an id of its own. */
  private register(node: NodeOutput): TensorMetadata {
    const id = this.engine.newId();
    this.engine.handles.set(id, node);
    this.ids.push(id);
    return { id, shape: node.shape as number[], dtype: node.dtype };
  }

  private output(op: string, oper: Pointer, index: number): NodeOutput {
    const { api } = this.engine;
    return this.names.made({
      oper,
      index,
      dtype: api.TF_OperationOutputType({ oper, index }),
      shape: this.shapeOf({ oper, index }),
      op,
      trace: this,
    });
  }

  /** Unknown sizes are -1; an unknown rank appears as [-1]. */
  private shapeOf(output: GraphOutput): number[] {
    const { api, status } = this.engine;
    const rank = api.TF_GraphGetTensorNumDims(this.graph, output, status.pointer);
    if (rank < 0) return [-1];
    if (rank === 0) return [];
    const dims = new BigInt64Array(rank);
    api.TF_GraphGetTensorShape(this.graph, output, dims, rank, status.pointer);
    return Array.from(dims, Number);
  }

  /** Makes a function of the graph and adds it to the context. The trace is over then. */
  finish(name: string, outputIds: readonly number[]): TracedGraph {
    const { api, status, context } = this.engine;
    const outputs = outputIds.map((id) => this.result(id));
    const inputs = [...this.arguments, ...[...this.captures.values()].map((capture) => capture.node)];
    const effects = this.effects.length === 0 ? null : BigUint64Array.from(this.effects);
    const made = api.TF_GraphToFunctionWithControlOutputs(
      this.graph, name, 0, -1, null, inputs.length, inputs.map(asOutput), outputs.length, outputs.map(asOutput), null,
      this.effects.length, effects, null, null, null, status.pointer,
    ); // prettier-ignore
    status.check(`the traced function ${name}`);
    api.TFE_ContextAddFunction(context, made, status.pointer);
    api.TF_DeleteFunction(made);
    status.check(`the traced function ${name}`);
    this.engine.functions++;
    return { name, parts: this.parts, captures: [...this.captures.values()], outputs };
  }

  /** An output that is an input goes through Identity: a function cannot hand its inputs on. */
  result(id: number): NodeOutput {
    const node = this.input(id, 'A traced function');
    const isInput = this.arguments.includes(node) || this.captures.get(id)?.node === node;
    if (!isInput) return node;
    const copy = this.op('Identity', [], [id], 1)[0]!;
    return this.engine.handles.get(copy.id) as NodeOutput;
  }

  /** Frees the graph and forgets its symbols: they must not be used any more. Captures stay with the caller unless `failed`. */
  close(failed: boolean): void {
    if (!this.live) return;
    this.live = false;
    for (const id of this.ids) this.engine.delete(id);
    if (failed) for (const { id } of this.captures.values()) this.engine.delete(id);
    this.engine.api.TF_DeleteGraph(this.graph);
  }
}

const asOutput = ({ oper, index }: NodeOutput): GraphOutput => ({ oper, index });

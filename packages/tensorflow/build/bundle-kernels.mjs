// Bundles the kernel JavaScript of tfjs-node-gpu (Apache-2.0) into generated/, so that no one who installs this package runs that package's
// install script, which fetches a TensorFlow 2.9 that is not used here. Skipped when up to date.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(import.meta.url);
const generated = join(dirname(here), '..', 'generated');
const require = createRequire(here);
const source = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
const core = dirname(require.resolve('@tensorflow/tfjs-core/package.json'));
const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));

const stampPath = join(generated, 'stamp');
const stamp = createHash('sha256').update(version).update(readFileSync(here)).digest('hex');
const upToDate =
  existsSync(join(generated, 'tfjs-node-kernels.js')) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp;
if (!upToDate) await bundle();

async function bundle() {
  const { build } = await import('esbuild');
  mkdirSync(generated, { recursive: true });
  await build({
    stdin: { contents: entry(), resolveDir: source, loader: 'js' },
    outfile: join(generated, 'tfjs-node-kernels.js'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@tensorflow/tfjs-core'],
    banner: { js: banner() },
    legalComments: 'inline',
    logLevel: 'error',
    plugins: [adapt(), gradientsOfCore()],
  });
  writeFileSync(join(generated, 'tfjs-node-kernels.d.ts'), declarations());
  writeFileSync(stampPath, stamp);
}

/** Importing these registers the kernels under the backend name 'tensorflow', and the gradients of TensorFlow.js' ops. */
function entry() {
  const gradients = JSON.stringify(join(core, 'dist', 'register_all_gradients.js'));
  return `import './dist/register_all_kernels.js'; import ${gradients}; export { NodeJSKernelBackend } from './dist/nodejs_kernel_backend.js';`;
}

function banner() {
  return `/*!\n * The kernels of @tensorflow/tfjs-node-gpu ${version}, bundled.\n * Copyright Google LLC. Licensed under the Apache License, Version 2.0: http://www.apache.org/licenses/LICENSE-2.0\n */`;
}

function adapt() {
  const virtual = {
    // One tfjs-core in the process, the caller's: the union package would bring its own and the webgl and cpu backends.
    tfjs: `export * from '@tensorflow/tfjs-core';`,
    // Removed from node:util in Node 23.
    util: `module.exports = { isNullOrUndefined: (x) => x === null || x === undefined, isArray: Array.isArray };`,
    os: `export { endianness } from 'node:os';`,
    // Messages of the histogram summaries, which this project writes by TensorFlow's own ops.
    messages: `module.exports = {};`,
  };
  return {
    name: 'adapt',
    setup(builder) {
      // From CommonJS the external package must be reached through a module, for a require() of it could not work in an ES module.
      builder.onResolve({ filter: /^@tensorflow\/tfjs(-core)?$/, namespace: 'file' }, () => ({
        path: 'tfjs',
        namespace: 'virtual',
      }));
      builder.onResolve({ filter: /^util$/ }, () => ({ path: 'util', namespace: 'virtual' }));
      builder.onResolve({ filter: /^os$/ }, () => ({ path: 'os', namespace: 'virtual' }));
      builder.onResolve({ filter: /\/proto\/api_pb$/ }, () => ({ path: 'messages', namespace: 'virtual' }));
      builder.onLoad({ filter: /.*/, namespace: 'virtual' }, ({ path }) => ({
        contents: virtual[path],
        loader: 'js',
        resolveDir: source,
      }));
      builder.onLoad({ filter: /nodejs_kernel_backend\.js$/ }, ({ path }) => ({
        contents: patchedBackend(readFileSync(path, 'utf8')),
        loader: 'js',
      }));
    },
  };
}

/**
 * tfjs-core registers no gradients by itself, and the file that does cannot be imported by Node. Its imports of inner files are led to the
 * public interface of tfjs-core wherever that has the same things, so that what is bundled is the gradients and a few inner ops.
 */
function gradientsOfCore() {
  const inner = join(core, 'dist');
  const api = require('@tensorflow/tfjs-core');
  const namespaces = {
    util: 'util',
    util_base: 'util',
    tensor_util: 'tensor_util',
    'ops/broadcast_util': 'broadcast_util',
    'ops/slice_util': 'slice_util',
    'ops/axis_util': 'backend_util',
    'ops/conv_util': 'backend_util',
    'ops/selu_util': 'backend_util',
  };
  const publicForm = (path) => {
    const name = path.slice(inner.length + 1).replace(/\.js$/, '');
    if (name === 'engine') return `import { engine } from '@tensorflow/tfjs-core'; export const ENGINE = engine();`;
    if (name === 'base') return `export * from '@tensorflow/tfjs-core';`;
    const space = namespaces[name];
    if (space)
      return `import { ${space} as it } from '@tensorflow/tfjs-core';\n${Object.keys(api[space])
        .map((n) => `export const ${n} = it.${n};`)
        .join('\n')}`;
    const names = [...readFileSync(path, 'utf8').matchAll(/^export (?:const|let|var|async function|function|class) (\w+)/gm)].map(
      (match) => match[1],
    );
    if (name.startsWith('gradients/') || names.length === 0 || !names.every((n) => n in api)) return undefined;
    return `export { ${names.join(', ')} } from '@tensorflow/tfjs-core';`;
  };
  return {
    name: 'gradients-of-core',
    setup(builder) {
      builder.onLoad({ filter: /tfjs-core[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
        const contents = publicForm(path);
        return contents === undefined ? undefined : { contents, loader: 'js', resolveDir: dirname(path) };
      });
    },
  };
}

/** An ES5 class cannot extend an ES2015 one by calling it. */
function patchedBackend(text) {
  const before = /var _this = _super\.call\(this\) \|\| this;/;
  if (!before.test(text))
    throw new Error(`tfjs-node-gpu ${version} differs from what the bundler expects: its backend's constructor was not found.`);
  return text.replace(before, 'var _this = Reflect.construct(_super, [], this.constructor);');
}

function declarations() {
  return `import type { backend_util, DataId, DataStorage, DataType, KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

export interface TensorMetadata { id: number; shape: number[]; dtype: number }
export interface OpAttribute { readonly name: string; readonly type: number; readonly value: unknown }
/** The native module that tfjs-node's backend runs on. */
export interface TFJSBinding {
  createTensor(shape: number[], dtype: number, values: backend_util.BackendValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): backend_util.BackendValues;
  executeOp(name: string, attrs: readonly OpAttribute[], ids: readonly number[], outputs: number): TensorMetadata[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
  getNumOfSavedModels(): number;
  readonly TF_FLOAT: number; readonly TF_INT32: number; readonly TF_INT64: number; readonly TF_BOOL: number;
  readonly TF_COMPLEX64: number; readonly TF_STRING: number; readonly TF_RESOURCE: number; readonly TF_UINT8: number;
  readonly TF_ATTR_STRING: number; readonly TF_ATTR_INT: number; readonly TF_ATTR_FLOAT: number; readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number; readonly TF_ATTR_SHAPE: number; readonly TF_ATTR_RESOURCE: number; readonly TF_Version: string;
}
export interface TensorData { shape: number[]; dtype: number; values: backend_util.BackendValues | null; id: number; refCount: number }
export declare class NodeJSKernelBackend extends KernelBackend {
  constructor(binding: TFJSBinding, packageName: string);
  readonly binding: TFJSBinding;
  readonly tensorMap: DataStorage<TensorData>;
  isUsingGpuDevice: boolean;
  createOutputTensor(metadata: TensorMetadata): Tensor;
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  executeSingleOutput(name: string, attrs: readonly OpAttribute[], inputs: readonly TensorInfo[]): Tensor;
  executeMultipleOutputs(name: string, attrs: readonly OpAttribute[], inputs: readonly TensorInfo[], outputs: number): Tensor[];
  move(dataId: DataId, values: backend_util.BackendValues, shape: number[], dtype: DataType, refCount: number): void;
  readSync(dataId: object): backend_util.BackendValues;
  read(dataId: object): Promise<backend_util.BackendValues>;
  disposeData(dataId: DataId, force?: boolean): boolean;
  incRef(dataId: DataId): void;
  refCount(dataId: DataId): number;
  numDataIds(): number;
}
`;
}

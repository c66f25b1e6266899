import { join } from 'node:path';
import ts from 'typescript';
import { packagesIn, readJson, root } from '../repository.js';
import { fileBeside, placeOf, slugOf, type Block } from './extract.js';

/** Blocks stand here for the compiler, one folder a page, where everything that examples import can be found. Nothing is written. */
const HOME = join(root, 'packages/mochi/.blocks');

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  strict: true,
  noUncheckedIndexedAccess: true,
  experimentalDecorators: true,
  skipLibCheck: true,
  noEmit: true,
};

/**
 * Type-checks every block as a module of its own, all in one program, against the packages as they were built.
 *
 * @returns What is wrong with each block, by its place; blocks without an entry are right.
 */
export function checkTypeScript(blocks: readonly Block[]): Map<string, string[]> {
  const modules = new Map(blocks.map((block, index) => [pathOf(block, index), { block, ...moduleOf(block) }]));
  const files = new Map([...blocks.flatMap(besides), ...[...modules].map(([path, { text }]) => [path, text] as const)]);
  const host = ts.createCompilerHost(OPTIONS);
  const { readFile, fileExists, getSourceFile, directoryExists } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.directoryExists = (path) => path.startsWith(HOME) || directoryExists!(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, version, ...more) => {
    const own = files.get(path);
    if (own === undefined) return getSourceFile(path, version, ...more);
    const file = ts.createSourceFile(path, own, version, true);
    file.impliedNodeFormat = ts.ModuleKind.ESNext;
    return file;
  };
  const program = ts.createProgram([...files.keys()], { ...OPTIONS, paths: packagePaths() }, host);
  const problems = new Map<string, string[]>();
  for (const [path, { block, firstLine }] of modules) {
    const source = program.getSourceFile(path)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    if (found.length === 0) continue;
    problems.set(
      placeOf(block),
      found.map((diagnostic) => describe(diagnostic, block, firstLine)),
    );
  }
  return problems;
}

/** Each entry of each package's `exports`, by the name that users import it by. */
const packagePaths = (): Record<string, string[]> =>
  Object.fromEntries(
    packagesIn('packages').flatMap((path) => {
      const { name, exports = {} } = readJson<{ name: string; exports?: Record<string, { types?: string }> }>(
        `${path}/package.json`,
      );
      return Object.entries(exports)
        .filter(([, { types }]) => types !== undefined)
        .map(([entry, { types }]) => [join(name, entry), [join(root, path, types!)]]);
    }),
  );

const pathOf = (block: Block, index: number): string =>
  join(HOME, slugOf(block.page), block.directives['file'] ?? `block-${index}.ts`);

function besides({ page, directives }: Block): [string, string][] {
  const beside = fileBeside(directives);
  return beside ? [[join(HOME, slugOf(page), beside.name), beside.text]] : [];
}

/** The block as a module, within what stands `around` it. */
function moduleOf({ code, directives }: Block): { text: string; firstLine: number } {
  const [before = '', after = ''] = (directives['around'] ?? '').split('/* block */');
  const head = `${before}\n`;
  return { text: `${head}${code}\n${after}\nexport {};\n`, firstLine: head.split('\n').length - 1 };
}

function describe({ file, start, messageText }: ts.Diagnostic, block: Block, firstLine: number): string {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line - firstLine : 0;
  return `${block.page}:${block.line + 1 + line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}

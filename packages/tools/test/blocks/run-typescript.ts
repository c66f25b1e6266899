import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../repository.js';
import type { Block } from './extract.js';

/** TypeScript that is run besides being compiled: `<!-- check: run -->`. */
export const isToRun = ({ directives }: Block): boolean => directives['check'] === 'run';

/** Runs a block as a program, where everything that examples import can be found. @returns What it wrote to stderr where it failed, else nothing. */
export function runTypeScript(code: string): string {
  const folder = mkdtempSync(join(root, 'packages/mochi/.blocks-'));
  try {
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 };
    writeFileSync(join(folder, 'block.mjs'), ts.transpileModule(code, { compilerOptions }).outputText);
    const { status, stderr } = spawnSync(process.execPath, ['block.mjs'], { cwd: folder, encoding: 'utf8' });
    return status === 0 ? '' : `exit status ${status}: ${stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

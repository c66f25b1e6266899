import { main } from '../src/main.js';
import { vi } from 'vitest';
import type { Outcome } from './command.js';

const EVENTS = ['unhandledRejection', 'uncaughtException'] as const;

/** The command in a folder, but within this process, which spares its start: for what a process of its own changes nothing about. */
export async function inProcess(folder: string, ...words: readonly string[]): Promise<Outcome> {
  const said = { stdout: '', stderr: '' };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((text) => void (said.stdout += `${String(text)}\n`)),
    vi.spyOn(console, 'error').mockImplementation((text) => void (said.stderr += `${String(text)}\n`)),
  ];
  const home = process.cwd();
  const before = EVENTS.map((name) => process.listeners(name as 'uncaughtException'));
  try {
    process.chdir(folder);
    await main(words);
    return { code: Number(process.exitCode ?? 0), ...said };
  } finally {
    process.chdir(home);
    process.exitCode = undefined;
    for (const spy of spies) spy.mockRestore();
    for (const [at, name] of EVENTS.entries())
      for (const one of process.listeners(name as 'uncaughtException')) if (!before[at]!.includes(one)) process.off(name, one);
  }
}

import { EVENTS, HOOKS } from '@mochi/contract';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { namesInTable, read, root } from './repository.js';

const page = read('docs/lifecycle.md');
const [, loop = ''] = page.split('```');
/** `hook  before-step` and `event step-end` in the loop. */
const inLoop = (word: 'hook' | 'event'): string[] => [
  ...new Set([...loop.matchAll(new RegExp(`\\b${word} +([a-z-]+)`, 'g'))].map(([, name]) => name!)),
];

const hooks = HOOKS.map(({ name }) => name).sort();
const events = EVENTS.map(({ type }) => type).sort();

describe('hooks', () => {
  test('the table lists every hook of the contract, and no other', () =>
    expect(namesInTable(page, 'Hooks').sort()).toEqual(hooks));
  test('the loop shows each', () => expect(inLoop('hook').sort()).toEqual(hooks));

  test.each(HOOKS.map((hook) => [hook.name, hook] as const))(
    '%s: time and kind are those of the contract',
    (name, { time, kind }) => {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``))!;
      expect(row.split('|').map((cell) => cell.trim())).toEqual(expect.arrayContaining([time, kind]));
    },
  );
});

describe('events', () => {
  test('the table lists every event of the contract, and no other', () =>
    expect(namesInTable(page, 'Events').sort()).toEqual(events));
  test('each has its fields', () => {
    const rows = page.split('\n').filter((line) => events.some((type) => line.startsWith(`| \`${type}\``)));
    const told = rows.map((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, words]) => words));
    expect(Object.fromEntries(told)).toEqual(fieldsOfEvents());
  });
  // `warning` can come at any time, so it has no place in the loop.
  test('the loop shows each', () => expect([...inLoop('event'), 'warning'].sort()).toEqual(events));
});

/** The payload of each event as the compiler knows it, by wire name: `step, epoch, lossNats?`. */
function fieldsOfEvents(): Record<string, string> {
  const file = join(root, 'packages/contract/src/events.ts');
  const program = ts.createProgram([file], { strict: true, noEmit: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext }); // prettier-ignore
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!);
  const declared = exported.flatMap(({ valueDeclaration: at }) => (at && ts.isVariableDeclaration(at) ? [at] : []));
  const entries = declared.flatMap(({ initializer: made }) => {
    const [argument, payload] = made && ts.isCallExpression(made) ? [made.arguments[0], made.typeArguments?.[0]] : [];
    if (!argument || !payload || !ts.isStringLiteral(argument)) return [];
    const fields = checker.getPropertiesOfType(checker.getTypeFromTypeNode(payload));
    return [[argument.text, fields.map(({ name, flags }) => `${name}${flags & ts.SymbolFlags.Optional ? '?' : ''}`).join(', ')]];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

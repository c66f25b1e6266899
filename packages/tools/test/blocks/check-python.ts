import { spawnSync } from 'node:child_process';

const PROGRAM = `
import ast, json, sys
problems = []
for code in json.load(sys.stdin):
    try:
        ast.parse(code)
        problems.append([])
    except SyntaxError as error:
        problems.append([f"line {error.lineno}: {error.msg}"])
print(json.dumps(problems))
`;

/** Python stands here for comparison only: its syntax is checked, by Python itself. */
export function checkPython(codes: readonly string[]): string[][] {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', PROGRAM], { input: JSON.stringify(codes), encoding: 'utf8' });
  if (status !== 0) return codes.map(() => [`python3 failed: ${stderr}`]);
  return JSON.parse(stdout) as string[][];
}

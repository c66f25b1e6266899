// Ends with 1 where a measured value is below what was asked: node gate.mjs MEASURED.json NAME LEAST
import { readFileSync } from 'node:fs';

const [file, name, least] = process.argv.slice(2);
const { results } = JSON.parse(readFileSync(file, 'utf8'));
const found = results?.[name];
if (!found) throw new Error(`${file} has no ${name}; it has ${Object.keys(results ?? {}).join(', ') || 'no results'}`);
const passed = found.value >= Number(least);
console.error(`${name} is ${found.value.toFixed(2)} ${found.unit}, ${passed ? 'at least' : 'less than'} ${least}`);
if (!passed) process.exitCode = 1;

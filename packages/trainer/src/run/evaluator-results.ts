import type { Evaluator, Measured, MetricResult } from '@mochi/contract';
import { evaluatorResult } from './evaluator-errors.js';

/**
 * What an evaluator's `run` gave, each metric with the unit and direction that it declares.
 *
 * @throws MOCHI_EVALUATOR_RESULT where it is not finite numbers, or estimates of such values, by names of declared metrics. One of several may be absent.
 */
export function resultsOf(evaluator: Evaluator, values: unknown): Record<string, MetricResult> {
  const specs = new Map(evaluator.metrics.map((spec) => [spec.name, spec]));
  const fault = faultOf(values, [...specs.keys()]);
  if (fault !== undefined) throw evaluatorResult(evaluator.name, [...specs.keys()], fault);
  return Object.fromEntries(
    Object.entries(values as Record<string, Measured>).map(([name, measured]) => {
      const { unit, better } = specs.get(name)!;
      return [name, { ...(typeof measured === 'number' ? { value: measured } : measured), unit, better }];
    }),
  );
}

function faultOf(values: unknown, declared: readonly string[]): string | undefined {
  if (typeof values !== 'object' || values === null) return shown(values);
  if (Array.isArray(values)) return `an array of ${(values as unknown[]).length}`;
  const given = Object.entries(values as Record<string, unknown>);
  const stray = given.find(([name]) => !declared.includes(name));
  if (stray) return `${stray[0]}, which it does not declare`;
  if (given.length === 0 && declared.length > 0) return 'an object without any of them';
  const wrong = given.find(([, measured]) => !Number.isFinite(valueOf(measured)));
  if (wrong === undefined) return undefined;
  const [name, measured] = wrong;
  return `${name} = ${shown(valueOf(measured))}`;
}

const valueOf = (measured: unknown): unknown =>
  typeof measured === 'object' && measured !== null ? (measured as { value?: unknown }).value : measured;

const shown = (value: unknown): string =>
  typeof value === 'number' || value === undefined || value === null ? String(value) : `a ${typeof value}`;

import type { Plugin, Schedule } from '@mochi/contract';
import { require } from './compare.js';
import { progressAt, refusesUnknown, withService, type Check } from './suite.js';

/** Steps of a run of 20,000 that are asked for, the one after the last too. */
const STEPS = [0, 1, 99, 100, 5000, 10_000, 19_999, 20_000];

/** What every schedule of the learning rate must keep. @param options As in a config. */
export function scheduleChecks(plugin: Plugin, options: object = {}): Check[] {
  const check = (name: string, run: (schedule: Schedule) => void): Check => ({
    name,
    run: () => withService(plugin, 'schedule', options, run),
  });
  const factors = (schedule: Schedule, steps: readonly number[]) => steps.map((step) => schedule.factor(progressAt(step, 0)));
  return [
    check('a factor is a finite number, 0 or more, from the first step to after the last', (schedule) => {
      const values = factors(schedule, STEPS);
      const odd = values.findIndex((value) => !(Number.isFinite(value) && value >= 0));
      require(odd < 0, `the factor at step ${STEPS[odd]} is ${values[odd]}`);
      require(values.some((value) => value > 0), 'every factor is 0: nothing would be learnt');
    }),
    check('a factor belongs to its step: whatever was asked before, a resumed run gets the same', (schedule) => {
      const forwards = factors(schedule, STEPS);
      const backwards = factors(schedule, [...STEPS].reverse()).reverse();
      const odd = forwards.findIndex((value, at) => value !== backwards[at]);
      require(odd < 0, `the factor at step ${STEPS[odd]} is ${forwards[odd]}, and asked again ${backwards[odd]}`);
    }),
    refusesUnknown(plugin, 'schedule', options),
  ];
}

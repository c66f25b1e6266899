import type { Provided } from '@mochi/contract';

/** A name that two services have, and what errors call their plugins. */
export interface NameClash {
  readonly name: string;
  readonly plugins: readonly [string, string];
}

/** The first name that two of the services have; undefined where each has its own. */
export function nameClash(
  provided: readonly Pick<Provided<{ readonly name: string }>, 'label' | 'service'>[],
): NameClash | undefined {
  const seen = new Map<string, string>();
  for (const { label, service } of provided) {
    const first = seen.get(service.name);
    if (first !== undefined) return { name: service.name, plugins: [first, label] };
    seen.set(service.name, label);
  }
  return undefined;
}

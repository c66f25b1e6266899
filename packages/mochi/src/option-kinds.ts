/** What an option of a call may be, for callers that no compiler checks. */
export interface OptionKind {
  readonly expected: string;
  is(given: unknown): boolean;
  /** What to write instead, where that can be told. */
  instead?(given: unknown): string | undefined;
}

const isObject = (given: unknown): given is Record<string, unknown> =>
  typeof given === 'object' && given !== null && !Array.isArray(given);
const isText = (given: unknown): given is string => typeof given === 'string' && given !== '';
const inList = (given: unknown): string | undefined => (isText(given) ? `Put it into a list: ['${given}'].` : undefined);

const ofType = (type: string, expected: string): OptionKind => ({ expected, is: (given) => typeof given === type });

export const flag = ofType('boolean', 'true or false');
export const text: OptionKind = { expected: 'text', is: isText };
export const listener = ofType('function', 'a function, which is called with each event');
export const sections: OptionKind = { expected: "an object of sections, e.g. { trackers: ['jsonl'] }", is: isObject };

export const texts: OptionKind = {
  expected: "a list of texts, e.g. ['sampler.n=512']",
  is: (given) => Array.isArray(given) && given.every((each) => typeof each === 'string'),
  instead: inList,
};

export const logger: OptionKind = {
  expected: 'an object with the functions info and warn, such as console',
  is: (given) => isObject(given) && typeof given['info'] === 'function' && typeof given['warn'] === 'function',
  instead: (given) => (given === true ? 'Write log: console, or leave it out.' : undefined),
};

export const abortSignal: OptionKind = {
  expected: 'an AbortSignal, e.g. the signal of an AbortController, or AbortSignal.timeout(60_000)',
  is: (given) => given instanceof AbortSignal,
  instead: (given) => (given instanceof AbortController ? 'Give its signal: controller.signal.' : undefined),
};

export const runFolder: OptionKind = {
  expected: 'the path of a folder as text, or null for none',
  is: (given) => given === null || isText(given),
};

export const resuming: OptionKind = {
  expected: 'true, false, or the path of a run or checkpoint to go on from',
  is: (given) => typeof given === 'boolean' || isText(given),
};

/** A plugin with or without its options. */
export const entry: OptionKind = {
  expected: "the name of a plugin, or { name: '...', OPTION: VALUE }",
  is: (given) => isText(given) || (isObject(given) && isText(given['name'])),
};

/** The same, where the name may be left out. */
export const partialEntry: OptionKind = {
  expected: "the name of a plugin, or an object of its options, e.g. { name: '...', OPTION: VALUE }",
  is: (given) => isText(given) || isObject(given),
};

export const threeNumbers: OptionKind = {
  expected: 'three numbers, of red, green and blue, e.g. [0.5, 0.5, 0.5]',
  is: (given) => Array.isArray(given) && given.length === 3 && given.every(Number.isFinite),
};

export const entries: OptionKind = {
  expected: "a list of names, or of { name: '...', OPTION: VALUE }, e.g. ['knn']",
  is: (given) => Array.isArray(given) && given.every((each) => entry.is(each)),
  instead: inList,
};

export const dataSection: OptionKind = {
  expected: "a section `data` as in a config, e.g. { name: 'image-folder', root: 'photos' }",
  is: (given) => entry.is(given) && !isPath(given),
  instead: (given) =>
    isPath(given) ? `For a folder of images write data: { name: 'image-folder', root: '${given}' }.` : undefined,
};

const isPath = (given: unknown): given is string => typeof given === 'string' && /[\\/]|^[.~]/.test(given);

export const wholeFrom = (least: number): OptionKind => ({
  expected: `a whole number from ${least}`,
  is: (given) => Number.isInteger(given) && (given as number) >= least,
});

export const cosine: OptionKind = {
  expected: 'a cosine above 0, at most 1',
  is: (given) => typeof given === 'number' && given > 0 && given <= 1,
};

/** Checked where it is used, which says more. */
export const anything: OptionKind = { expected: 'anything', is: () => true };

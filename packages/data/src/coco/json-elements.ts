/** An object within an array that a key of the top object has. */
export interface JsonElement {
  readonly key: string;
  /** Its first byte, and the byte after its last. */
  readonly start: number;
  readonly end: number;
}
const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [...'"\\{}[]'].map((letter) => letter.charCodeAt(0));

/**
 * Where the objects of `{"key": [{...}, {...}], ...}` stand, without parsing them: a file of half a gigabyte is no string that
 * JavaScript could hold as parsed objects at once.
 *
 * @throws RangeError with the place where the text ends too early.
 */
export function* jsonElements(bytes: Uint8Array): Generator<JsonElement> {
  let [depth, start, string, key, text] = [0, -1, -1, '', ''];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (string >= 0) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) {
        if (depth === 1) text = Buffer.from(bytes.subarray(string + 1, at)).toString('utf8');
        string = -1;
      }
    } else if (byte === QUOTE) string = at;
    else if (byte === OPEN || byte === OPEN_LIST) {
      depth++;
      if (depth === 2) key = text;
      if (depth === 3) start = byte === OPEN ? at : -1;
    } else if (byte === CLOSE || byte === CLOSE_LIST) {
      if (depth === 3 && start >= 0) yield { key, start, end: at + 1 };
      depth--;
    }
  }
  if (depth !== 0 || string >= 0) throw new RangeError(`it ends within ${depth} open brackets, it may be cut short`);
}

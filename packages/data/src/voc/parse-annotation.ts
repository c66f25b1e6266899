import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { dataCorrupt } from '../file-errors.js';

export interface VocObject {
  readonly name: string;
  /** Left, top, width, height, pixels; the first pixel is [0, 1). */
  readonly box: readonly [left: number, top: number, width: number, height: number];
  readonly difficult: boolean;
}
export interface VocAnnotation {
  readonly filename: string | undefined;
  readonly objects: readonly VocObject[];
}
interface Tree {
  annotation?: { filename?: string; object?: { name?: string; difficult?: string; bndbox?: Record<string, string> }[] };
}
const EXPECTED = 'a whole VOC annotation: <annotation> with <object>s, each with <name> and <bndbox> of xmin, ymin, xmax, ymax';
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'object' });

/**
 * A VOC annotation file. Its boxes count pixels from 1 and name the last one; ours begin at 0 and have a size. Parts of objects (heads,
 * hands) are left out.
 *
 * @throws MOCHI_DATA_CORRUPT names file and line, or object.
 */
export function parseVocAnnotation(file: string, xml: string): VocAnnotation {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw dataCorrupt(file, `line ${valid.err.line}`, valid.err.msg.replace(/\.$/, ''), EXPECTED);
  const { annotation } = parser.parse(xml) as Tree;
  if (typeof annotation !== 'object') throw dataCorrupt(file, 'line 1', 'it has no <annotation>', EXPECTED);
  const objects = (annotation.object ?? []).map((object, at) => {
    const sides = ['xmin', 'ymin', 'xmax', 'ymax'].map((side) => Number(object.bndbox?.[side] ?? NaN));
    const [xmin, ymin, xmax, ymax] = sides as [number, number, number, number];
    if (!object.name || !(xmax >= xmin && ymax >= ymin))
      throw dataCorrupt(file, `object ${at + 1}`, `it is called ${object.name} and has the box ${sides.join(', ')}`, EXPECTED);
    const box = [xmin - 1, ymin - 1, xmax - xmin + 1, ymax - ymin + 1] as const;
    return { name: object.name, box, difficult: object.difficult === '1' };
  });
  return { filename: annotation.filename, objects };
}

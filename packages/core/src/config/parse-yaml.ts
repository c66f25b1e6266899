import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Node as YamlNode } from 'yaml';
import { configUnreadable } from './errors.js';
import { mapNode, valueNode, type MapEntry, type Node, type Place } from './node.js';

/**
 * The config in a YAML or JSON text (JSON is YAML), with line and column of every part.
 *
 * @param source What places call the text, e.g. its path.
 * @throws MOCHI_CONFIG_UNREADABLE with line and column.
 */
export function parseYaml(text: string, source: string): Node {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { source, line, column: col };
  };
  const [error] = document.errors;
  if (error) throw configUnreadable(placeAt(error.pos[0]), error.message);
  return convert(document.contents, document, placeAt, { source, line: 1, column: 1 });
}

function convert(node: unknown, document: Document, placeAt: (offset: number) => Place, outer: Place): Node {
  const place = (node as YamlNode | null)?.range ? placeAt((node as YamlNode).range![0]) : outer;
  if (isAlias(node)) return convert(node.resolve(document), document, placeAt, outer);
  if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => convert(item, document, placeAt, place)), place };
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }): [string, MapEntry] => {
      const keyNode = convert(key, document, placeAt, place);
      const name = keyNode.kind === 'value' ? String(keyNode.value) : '';
      return [name, { place: keyNode.place, node: convert(value, document, placeAt, keyNode.place) }];
    });
    return mapNode(entries, place);
  }
  return valueNode(isScalar(node) ? node.value : null, place);
}

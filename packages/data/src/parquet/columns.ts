import type { FileMetaData, SchemaTree } from 'hyparquet';

/** The columns that are read. */
export interface ImageColumns {
  /** Path to the column of bytes: `image`, `bytes`. */
  readonly image: readonly string[];
  readonly label?: string;
  /** Names of the class numbers, where the file says them. */
  readonly classes?: readonly string[];
}

/** What image hubs write beside the schema: what a column means. */
interface Feature {
  readonly _type?: string;
  readonly names?: readonly string[];
}

/**
 * Which column has the images, and which the labels.
 *
 * @param columns At the top of its schema. @param wanted Names given by the user. `label: null` for none. @throws Error that says which columns there are.
 */
export function findColumns(
  metadata: FileMetaData,
  columns: readonly SchemaTree[],
  wanted: { image?: string; label?: string | null },
): ImageColumns {
  const features = featuresOf(metadata);
  const nameOf = ({ element }: SchemaTree): string => element.name;
  const all = columns.map(nameOf).join(', ');
  const image = wanted.image ?? columns.map(nameOf).find((name) => features[name]?._type === 'Image') ?? columns.find(bytesWithin)?.element.name; // prettier-ignore
  const column = columns.find((one) => nameOf(one) === image);
  if (!column) throw new Error(`it has no column of images${image === undefined ? '' : ` "${image}"`}, only ${all}`);
  const inner = bytesWithin(column);
  if (!inner && column.element.type !== 'BYTE_ARRAY') throw new Error(`its column "${image}" has no bytes`);
  const declared = Object.keys(features).find((name) => features[name]?._type === 'ClassLabel');
  const usual = columns.some((one) => nameOf(one) === 'label') ? 'label' : undefined;
  const label = wanted.label === null ? undefined : (wanted.label ?? declared ?? usual);
  if (label !== undefined && !columns.some((one) => nameOf(one) === label))
    throw new Error(`it has no column "${label}", only ${all}`);
  const classes = label === undefined ? undefined : features[label]?.names;
  return {
    image: inner ? [nameOf(column), 'bytes'] : [nameOf(column)],
    ...(label === undefined ? {} : { label }),
    ...(classes ? { classes } : {}),
  };
}

const bytesWithin = ({ children }: SchemaTree): SchemaTree | undefined =>
  children.find(({ element }) => element.name === 'bytes' && element.type === 'BYTE_ARRAY');

function featuresOf({ key_value_metadata: pairs }: FileMetaData): Readonly<Record<string, Feature | undefined>> {
  const text = pairs?.find(({ key }) => key === 'huggingface')?.value;
  try {
    return (JSON.parse(text ?? '{}') as { info?: { features?: Record<string, Feature> } }).info?.features ?? {};
  } catch {
    return {};
  }
}

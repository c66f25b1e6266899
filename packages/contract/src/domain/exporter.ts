import type { Encoder, EncoderWeights } from './encoder.js';
import type { Features, Layer } from './evaluator.js';

/** How a photo becomes the input of an encoder: resized with antialiasing, the centre cut out, normalised. */
export interface Preprocessing {
  /** Side of the square input, pixels. */
  readonly size: number;
  /** Pixels that the shorter side is resized to where it is above `size`. */
  readonly resize: number;
  /** The same where it is not above `size`: `size` of mochi's own recipes, which cut nothing off a small image. */
  readonly resizeSmall: number;
  /** Of red, green and blue, in parts of 255: (value / 255 - mean) / std. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Images that a run learnt from, so that a reader can tell whether two runs saw the same. */
export interface DataFingerprint {
  readonly dataset: string;
  readonly splits: readonly {
    readonly name: string;
    readonly images: number;
    readonly classes: number | null;
    /** Of all encoded images together (of the pixels, where there are only those); null where nobody added them up. */
    readonly bytes: number | null;
    /** SHA-256 of the names in their order, each ended by a line feed; hexadecimal. */
    readonly namesSha256: string;
  }[];
}

/** One result of an evaluator, with what makes it comparable. */
export interface ModelMetric {
  readonly value: number;
  readonly unit: string;
  readonly better: string;
  /** Ends of its 95 % interval, where it has one, and the samples that it is an average over. */
  readonly low?: number;
  readonly high?: number;
  readonly n?: number;
  /** Its value before the first step, where that was measured. */
  readonly atStart?: number;
  /** Options of the evaluator, e.g. `{ k: 200, temperature: 0.07 }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A file of weights that a run began from. Of its data and licence nothing is known. */
export interface ImportedWeights {
  /** Its name, without folders. */
  readonly file: string;
  /** Of the file when the run began, hexadecimal; null where nobody looked, or it was not there. */
  readonly sha256: string | null;
}

/** Where weights come from. */
export interface RunOrigin {
  /** Of the run; where it was given none, of its folder, or of the encoder where a config was opened. */
  readonly name: string;
  /** Optimizer steps and whole epochs done. 0: not trained by this run. */
  readonly step: number;
  readonly epoch: number;
  /** Version of mochi that trained them, or that opened them where nothing was trained; null: not known. */
  readonly mochi: string | null;
  /** When the run began, ISO 8601, UTC; null: not known, or nothing was trained. */
  readonly begun: string | null;
  /** Null: the first weights were drawn. */
  readonly initialWeights: ImportedWeights | null;
}

/** A run went on with other options. */
export interface OptionChange {
  /** Steps done before. */
  readonly step: number;
  /** Places in the config, e.g. `sampler` or `method.temperature`. */
  readonly options: readonly string[];
}

/** What a model card says beside the weights. */
export interface ModelFacts extends RunOrigin {
  /** The whole config of the run, as it was at its last step. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Where earlier steps had another config, in order. */
  readonly changes: readonly OptionChange[];
  /** Images that these steps saw, each as often as it was seen. */
  readonly seen: number;
  /** Results of evaluators, by `evaluator/metric`. */
  readonly metrics: Readonly<Record<string, ModelMetric>>;
  /** As the run recorded them; no split where there is no record. The images themselves need not be there. */
  fingerprint(): Promise<DataFingerprint>;
}

/** How features were made: what tells two tables of the same images apart. */
export interface EmbeddingOrigin {
  readonly run: RunOrigin;
  /** The encoder of the method: query or key. */
  readonly encoder: string;
  readonly layer: Layer;
  readonly split: string;
  /** Whether each row was divided by its length. */
  readonly normalised: boolean;
  /** Null: the eval view of the augmentation does more than that. */
  readonly preprocessing: Preprocessing | null;
}

/** Features with what belongs to each row. */
export interface EmbeddingTable extends Features {
  /** What a person would call each sample, e.g. its path. */
  readonly names: readonly string[];
  /** Absent: not known. */
  readonly origin?: EmbeddingOrigin;
}

/** An encoder with all that somebody else needs in order to use it. */
export interface TrainedEncoder {
  readonly encoder: Encoder;
  /** Left as they are. */
  readonly weights: EncoderWeights;
  readonly preprocessing: Preprocessing;
  readonly facts: ModelFacts;
}

/** Writes what was trained, in one format: embeddings, the encoder, or both. */
export interface Exporter {
  /**
   * What it writes, in a word, e.g. `jsonl`. `mochi embed --format` and `mochi export --format` take it, or the name of the plugin: the word where
   * the run lists the plugin under `exporters`, the name wherever the plugin is known.
   */
  readonly format: string;
  /** What the encoder says about images. Written aside and renamed. */
  write?(table: EmbeddingTable, path: string): Promise<void>;
  /** The encoder itself, for other tools. Written aside and renamed. @param path A file, or a folder where the format is one. */
  writeEncoder?(trained: TrainedEncoder, path: string): Promise<void>;
}

/** An exporter of embeddings. */
export type EmbeddingWriter = Exporter & Required<Pick<Exporter, 'write'>>;

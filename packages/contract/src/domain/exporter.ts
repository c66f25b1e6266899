import type { Encoder, EncoderWeights } from './encoder.js';
import type { Features } from './evaluator.js';

/** Features with what belongs to each row. */
export interface EmbeddingTable extends Features {
  /** What a person would call each sample, e.g. its path. */
  readonly names: readonly string[];
}

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
  /** Ends of its interval, where it has one. */
  readonly low?: number;
  readonly high?: number;
  /** Options of the evaluator, e.g. `{ k: 200, temperature: 0.07 }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What a model card says beside the weights. */
export interface ModelFacts {
  readonly name: string;
  /** The whole config of the run. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Optimizer steps and whole epochs done. 0: not trained by this run. */
  readonly step: number;
  readonly epoch: number;
  /** Results of evaluators, by `evaluator/metric`. */
  readonly metrics: Readonly<Record<string, ModelMetric>>;
  /** As the run recorded them; no split where there is no record. The images themselves need not be there. */
  fingerprint(): Promise<DataFingerprint>;
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

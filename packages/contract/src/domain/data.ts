import type { Names } from './names.js';

/**
 * Where the bytes of a split's images are. Whatever the kind, images are read in any order, on TensorFlow's threads.
 *
 * - `files`: a file for each image.
 * - `encoded`: whole files in memory.
 * - `ranges`: whole encoded images within larger files (shards of a tar, TFRecords): image i is `length[i]` bytes of `files[file[i]]` from
 *   `offset[i]` on. The files are mapped into memory, so that the system's cache serves them and they may be larger than memory. A file that
 *   is cut short while it is read ends the process: shards must not change during a run.
 * - `pixels`: raw RGB, [n, height, width, 3] uint8.
 *
 * Files hold JPEG, PNG, GIF, BMP or WebP, told apart by their content.
 */
export type ImageStore =
  | { readonly kind: 'files'; readonly paths: Names }
  | { readonly kind: 'encoded'; readonly files: readonly Uint8Array[] }
  | {
      readonly kind: 'ranges';
      readonly files: readonly string[];
      /** Index into `files`, [n]. */
      readonly file: Int32Array;
      /** Bytes from the beginning of the file, [n]. */
      readonly offset: Float64Array;
      /** Bytes, [n]. */
      readonly length: Float64Array;
    }
  | { readonly kind: 'pixels'; readonly pixels: Uint8Array; readonly height: number; readonly width: number };

/** Which pixels of an image belong to an object: lengths of runs of 0, 1, 0, 1, ... down the columns, as COCO has it. */
export interface RunLengths {
  readonly height: number;
  readonly width: number;
  /** Sums to height * width. The first run, of zeros, may be empty. */
  readonly counts: Uint32Array;
}

export interface ObjectAnnotation {
  /** Index into `classes` of the split's annotations. */
  readonly label: number;
  /** Left, top, width, height: pixels of the decoded image, the first pixel being [0, 1). */
  readonly box: readonly [left: number, top: number, width: number, height: number];
  readonly mask?: RunLengths;
  /** Neither counted as found nor as missed: crowds of COCO, what VOC calls difficult. */
  readonly ignore?: boolean;
}

/** What is known of an image beside one label. */
export interface ImageAnnotations {
  readonly objects: readonly ObjectAnnotation[];
  /** A class for every pixel, row-major [height, width]: 0 background, else 1 + index into `classes`; 255 is not counted. */
  readonly segmentation?: { readonly height: number; readonly width: number; readonly labels: Uint8Array };
}

/** Annotations of a split, for evaluators of detection and segmentation. */
export interface AnnotationSource {
  readonly classes: readonly string[];
  /** Of the sample with this index. */
  of(index: number): Promise<ImageAnnotations>;
}

/** A named split of a data set. Sample ids are the indices [0, length): the order is the same on every machine. */
export interface SplitSource {
  readonly name: string;
  readonly length: number;
  readonly images: ImageStore;
  /** Class of each sample, [length], or absent where there are none. -1: unlabelled. */
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
  readonly annotations?: AnnotationSource;
  /** What a person would call the sample: its path or its place in an archive. Unlike any other of the split. */
  describe(index: number): string;
}

export interface Dataset {
  readonly name: string;
  /** Of the data themselves, where they have versions: `2012` of VOC. Part of the fingerprint in the run folder. */
  readonly version?: string;
  readonly splits: readonly string[];
  /** @throws MOCHI_UNKNOWN_SPLIT, which lists the splits. */
  split(name: string): Promise<SplitSource>;
}

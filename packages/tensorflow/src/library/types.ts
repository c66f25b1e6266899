import type { OnInstallProgress } from './progress.js';

/** Where a library was found, or what it was installed from just now. */
export type LibrarySource = 'variable' | 'cache' | 'python' | 'wheel' | 'archive';

/** A TensorFlow on this machine. */
export interface LibraryLocation {
  /** The folder of both files. NVIDIA's libraries, where there are any, are in `../nvidia` beside it. */
  readonly dir: string;
  /** libtensorflow_cc.so.2, or libtensorflow.so.2 out of the official archive: has the C API. */
  readonly ccPath: string;
  /** libtensorflow_framework.so.2: must be loaded first, with its symbols visible to all. */
  readonly frameworkPath: string;
  readonly source: LibrarySource;
  /** e.g. `2.21.0`, or `unknown` for a folder that does not say. The library itself says it once it is loaded. */
  readonly version: string;
}

/** A file of an archive that is kept. */
export interface KeptFile {
  /** Its path in the archive. */
  readonly entry: string;
  /** Its path in the folder of the installation. */
  readonly name: string;
  readonly bytes: number;
}

/** A Python wheel that is known to the byte. */
export interface PinnedWheel {
  readonly package: string;
  readonly version: string;
  readonly fileName: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Tags for `pip download`: this wheel whatever Python runs. */
  readonly tags: readonly string[];
  readonly keep: readonly KeptFile[];
}

/** Everything outside of this module that it depends on. A caller may replace any part. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly arch: string;
  /** Version of the C library, e.g. `2.36`; null on systems without glibc (Alpine's musl, macOS). */
  readonly glibc: string | null;
  readonly wheel: PinnedWheel;
  /** The build for GPUs and what it needs; TensorFlow itself is the first. */
  readonly gpuWheels: readonly [PinnedWheel, ...PinnedWheel[]];
  /** Path of libcuda.so.1, the library of NVIDIA's driver; null without it. */
  readonly driver: string | null;
  /** Device files of NVIDIA's cards, e.g. /dev/nvidia0. */
  readonly cards: readonly string[];
  /** What it is for: `gpu` takes a build for GPUs alone, `auto` one that is there already where there is a driver. */
  readonly device: 'auto' | 'cpu' | 'gpu';
  /** Address of an official libtensorflow archive. `MOCHI_LIBTENSORFLOW_ARCHIVE` overrides it. */
  readonly archiveUrl: string;
  /** An installed Python TensorFlow is used when its version starts with one of these. */
  readonly testedVersions: readonly string[];
  readonly freeBytes: (folder: string) => Promise<number>;
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  /** A download that stands still for as long is given up and continued. */
  readonly stallMs: number;
  /** Wait before the first repeated try; it doubles from try to try. */
  readonly retryMs: number;
}

export interface LibraryOptions {
  /** `gpu`: the build for NVIDIA's GPUs, with its libraries. Default `auto`: any; the build for processors is what is installed. */
  readonly device?: 'auto' | 'cpu' | 'gpu';
  readonly onProgress?: OnInstallProgress;
  /** Print nothing. Default false: a bar on a terminal, plain lines elsewhere, both on stderr. */
  readonly silent?: boolean;
  readonly signal?: AbortSignal;
  readonly surroundings?: Partial<Surroundings>;
}

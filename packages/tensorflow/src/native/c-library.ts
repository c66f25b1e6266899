import koffi from 'koffi';

interface CLibrary {
  readonly dlopen: (path: string, flags: number) => bigint | null;
  readonly dlerror: () => string | null;
  readonly setenv: (name: string, value: string, overwrite: number) => number;
  readonly dup: (descriptor: number) => number;
  readonly dup2: (from: number, to: number) => number;
  readonly open: (path: string, flags: number) => number;
  readonly close: (descriptor: number) => number;
}

/** The few functions of the C library that loading TensorFlow takes. */
export function loadCLibrary(): CLibrary {
  const libc = koffi.load('libc.so.6');
  return {
    dlopen: libc.func('dlopen', 'void*', ['str', 'int']),
    dlerror: libc.func('dlerror', 'str', []),
    setenv: libc.func('setenv', 'int', ['str', 'str', 'int']),
    dup: libc.func('dup', 'int', ['int']),
    dup2: libc.func('dup2', 'int', ['int', 'int']),
    open: libc.func('open', 'int', ['str', 'int']),
    close: libc.func('close', 'int', ['int']),
  } as CLibrary;
}

const STDERR = 2;
const WRITE_ONLY = 1;

/**
 * Runs `load` with stderr closed. While it is loaded TensorFlow prints a line on oneDNN and a warning about that line, whatever its log level.
 * Failures to load are thrown, not printed.
 */
export function quietly<T>(libc: CLibrary, load: () => T): T {
  const kept = libc.dup(STDERR);
  const nowhere = libc.open('/dev/null', WRITE_ONLY);
  if (kept < 0 || nowhere < 0) return load();
  libc.dup2(nowhere, STDERR);
  try {
    return load();
  } finally {
    libc.dup2(kept, STDERR);
    libc.close(kept);
    libc.close(nowhere);
  }
}

import { defineConfig } from 'vitest/config';

// Packages resolve to their sources, so that a test never runs an old build.
const conditions = ['@mochi/source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'examples/*/src/**/*.test.ts'],
    setupFiles: ['packages/testing/src/matchers.ts', 'packages/tools/test/plain-output.ts'],
    pool: 'forks', // a native crash takes one file down, not the run
    maxWorkers: 2,
    // Against what hangs, not what is slow: a machine that others use may take ten times as long as a quiet one.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});

// Type-aware: a promise that nobody waits for is the mistake that this code base can least afford. Style is prettier's business.
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const testKit = { group: ['@mochi/testing', 'vitest'], message: 'The test kit is for tests only.' };
const wholeChain = {
  group: ['@tensorflow/tfjs', '@tensorflow/tfjs-node*'],
  message: 'tfjs-core is the one copy; @mochi/tensorflow the one door.',
};

const tests = [
  'packages/*/src/**/*.test.ts',
  'packages/*/test/**/*.ts',
  'examples/*/src/**/*.test.ts',
  'examples/*/test/**/*.ts',
  'vitest.config.ts',
];

export default defineConfig(
  globalIgnores(['**/*.d.mts', '**/dist/', '**/generated/', '**/node_modules/', '**/.turbo/', '**/runs/', '**/coverage/']),
  js.configs.recommended,
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'off', // noUncheckedIndexedAccess asks for them where the index is known to be right
      '@typescript-eslint/no-unnecessary-type-assertion': 'off', // TF.js infers ranks from the context: an assertion may be what it infers from
      '@typescript-eslint/unbound-method': 'off', // objects of functions, tf itself first of all, have no `this`
      '@typescript-eslint/require-await': 'off', // an interface may ask for a promise
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['**/*.test.ts', 'packages/testing/**'],
    rules: {
      'max-lines': ['warn', { max: 250, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['warn', { max: 50 }],
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [testKit, wholeChain] }],
    },
  },
  {
    files: tests,
    // Builds leave tests out, so the project service finds no project for them.
    languageOptions: { parserOptions: { projectService: false, project: './tsconfig.test.json' } },
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off', // expect.any and what comes out of JSON
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  { files: ['*.config.{js,ts}'], rules: { 'no-restricted-exports': 'off' } }, // tools ask for a default export
);

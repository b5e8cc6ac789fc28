import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** One project a kind of test; `npm run check` runs unit, contract and docs, `npm run verify` all but soak. */
const project = (name: string, include: string[], testTimeout: number, isolate = true) => ({
  test: {
    name,
    include,
    testTimeout,
    hookTimeout: testTimeout,
    environment: 'node' as const,
    ...(!isolate && { isolate, pool: 'threads' as const }),
  },
});

const UNIT = ['src/**/*.test.ts', 'test/property/**/*.test.ts', 'test/published/**/*.test.ts'];

export default defineConfig({
  test: {
    // Vitest itself would leave one core idle, on two cores a half of them.
    maxWorkers: availableParallelism(),
    projects: [
      // Almost all of them are tests of pure functions: a thread for many files loads and compiles each module once.
      project('unit', UNIT, 30_000, false),
      project('contract', ['test/contract/**/*.test.ts', 'test/golden/**/*.test.ts'], 60_000),
      project('docs', ['test/docs/**/*.test.ts'], 60_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 600_000),
      project('soak', ['test/soak/**/*.test.ts'], 3_600_000),
    ],
  },
});

import { defineConfig } from 'vitest/config';

/** One project a kind of test; `npm run check` runs unit, contract and docs, `npm run verify` all but soak. */
const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout, environment: 'node' as const },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['src/**/*.test.ts', 'test/property/**/*.test.ts', 'test/published/**/*.test.ts'], 30_000),
      project('contract', ['test/contract/**/*.test.ts', 'test/golden/**/*.test.ts'], 60_000),
      project('docs', ['test/docs/**/*.test.ts'], 60_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 600_000),
      project('soak', ['test/soak/**/*.test.ts'], 3_600_000),
    ],
  },
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Real servers start in these; what bounds them is the machine, not the test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/left-out-reporter.ts'],
  },
});

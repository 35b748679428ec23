import { configDefaults, defineConfig } from 'vitest/config';

/** It adds an API to the cluster for a while: what others remove there meanwhile might have to wait for it. */
const alone = ['test/conformance/kubernetes-autoscale.test.ts'];

export default defineConfig({
  test: {
    // Real servers start in these; what bounds them is the machine, not the test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/left-out-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...alone],
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'alone', include: alone, sequence: { groupOrder: 1 } } },
    ],
  },
});

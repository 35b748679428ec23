import { configDefaults, defineConfig } from 'vitest/config';

/** Most of their time they wait for servers, containers and pods: two at a time keep a small machine busy. */
const platforms = ['test/conformance/*.test.ts', 'test/e2e/cluster-mistakes.test.ts'];
/** It adds an API to the cluster for a while: what others remove there meanwhile might have to wait for it. */
const alone = ['test/conformance/kubernetes-autoscale.test.ts'];

/** Groups of tests, one after the other. */
function group(
  order: number,
  name: string,
  include: readonly string[],
  exclude: readonly string[],
  maxWorkers: number,
) {
  return {
    extends: true as const,
    test: {
      name,
      include: [...include],
      exclude: [...configDefaults.exclude, ...exclude],
      maxWorkers,
      sequence: { groupOrder: order },
    },
  };
}

export default defineConfig({
  test: {
    // Real servers start in these; what bounds them is the machine, not the test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/left-out-reporter.ts'],
    projects: [
      group(0, 'rooms', ['src/**/*.test.ts', 'test/**/*.test.ts'], [...platforms, ...alone], 1),
      group(1, 'platforms', platforms, alone, 2),
      group(2, 'alone', alone, [], 1),
    ],
  },
});

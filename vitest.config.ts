import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What they assert is about times that a busy machine changes: two at a time, of which neither keeps a core busy. */
const quiet = [
  'src/target-app/notifications/kafka.test.ts',
  'test/conformance/kubernetes-autoscale.test.ts',
  'test/e2e/costs.test.ts',
  'test/e2e/examples.test.ts',
  'test/e2e/findings.test.ts',
  'test/e2e/gate-judges.test.ts',
  'test/e2e/gate.test.ts',
  'test/e2e/max-rps.test.ts',
  'test/e2e/messages.test.ts',
  'test/e2e/saved-runs.test.ts',
];

/** Servers, containers and pods take their time to start: one more than cores keeps a small machine busy. */
const abreast = { maxWorkers: 3, sequence: { groupOrder: 0 } };

/** The longest first, so that no worker ends long before the others; then by size, as Vitest does. */
const longest = [
  'kubernetes.test.ts',
  'docker.test.ts',
  'minikube.test.ts',
  'kubernetes-stack.test.ts',
  'kubernetes-kill.test.ts',
  'local.test.ts',
  'docker-acts.test.ts',
  'faults.test.ts',
  'kill.test.ts',
  'pitfalls.test.ts',
  'cluster-mistakes.test.ts',
  'kubernetes-acts.test.ts',
  'kubernetes-mishaps.test.ts',
  'gate-judges.test.ts',
  'max-rps.test.ts',
  'messages.test.ts',
];
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return index === -1 ? longest.length : index;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    // Real servers start in these; what bounds them is the machine, not the test.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    reporters: ['default', './test/left-out-reporter.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        // Many small files: a process for each would take longer to start than most of them to run.
        test: {
          name: 'rooms',
          include: ['src/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...quiet],
          isolate: false,
          ...abreast,
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...quiet],
          globalSetup: './test/leftovers.ts',
          ...abreast,
        },
      },
      { extends: true, test: { name: 'quiet', include: quiet, maxWorkers: 2, sequence: { groupOrder: 1 } } },
    ],
  },
});

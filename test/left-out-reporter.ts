import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Says at the end, in one line each, which tests were left out and why; and closes with the counts. */
export default class LeftOutReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: ReturnType<TestCase['result']>['state']): TestCase[] =>
      tests.filter((test) => test.result().state === state);
    const reasons = new Map<string, number>();
    for (const test of inState('skipped')) {
      const result = test.result();
      const reason = ('note' in result ? result.note : undefined) ?? `no reason given: ${test.fullName}`;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    for (const [reason, count] of reasons)
      process.stdout.write(`left out: ${count} ${count === 1 ? 'test' : 'tests'}: ${reason}\n`);
    if (reasons.size === 0) process.stdout.write('left out: nothing\n');
    const broken = modules.filter(
      (module) => module.state() === 'failed' && [...module.children.allTests()].length === 0,
    );
    const failed = inState('failed').length + broken.length;
    process.stdout.write(
      `${inState('passed').length} passed, ${failed} failed, ${inState('skipped').length} skipped\n`,
    );
  }
}

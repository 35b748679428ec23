import { describe, expect, it } from 'vitest';
import { herdRecord, openHerdRecord } from '../../test/fakes/herd-record.ts';
import { markdownReport } from './markdown.ts';

describe('markdownReport', () => {
  it('keeps what users wrote from becoming markup', () => {
    const [scenario] = herdRecord().scenarios;
    if (!scenario) throw new Error('no scenario');
    const page = markdownReport(herdRecord({ scenarios: [{ ...scenario, question: 'Is <b> | `x` *bold*?' }] }));
    expect(page).toContain('Is \\<b\\> \\| \\`x\\` \\*bold\\*?');
    expect(page).toContain('- ✅ passed: `recomputes(lock) <= 2`: 2 against 2');
    expect(page).toContain('| lock | 1 | 3,000 |');
  });

  it('has the anatomy, the findings, and the slowest requests of each row', () => {
    const page = markdownReport(openHerdRecord());
    expect(page).toContain('Where the time goes, in ms:\n\n| variant | N |  | all | waiting |');
    expect(page).toContain('|  |  | p99 | \\~1,842 | **1,800** |');
    expect(page).toContain('- stale-while-revalidate ×1, lock ×1: The cache recomputed 75 times per expiry.');
    expect(page).toContain(
      "Find the rate that it keeps up with.\n\n      scale-lab max-rps herd --variant stale-while-revalidate --slo 'p99 < 100ms'\n",
    );
    expect(page).toContain('- stale-while-revalidate ×1, lock ×1: at 3 s key expired: 75 recomputes');
    expect(page.split('\n').filter((line) => line.startsWith('| lock | GET /todos/\\|7\\| |'))).toEqual(
      Array.from({ length: 3 }, () => '| lock | GET /todos/\\|7\\| | waiting 95% | 1 | 4.2 | 2,000 |'),
    );
  });
});

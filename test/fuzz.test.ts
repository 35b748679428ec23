import { describe, expect, it } from 'vitest';
import { claims } from '../fuzz/claims.ts';
import { commandLines } from '../fuzz/command-lines.ts';
import { scenarioFiles } from '../fuzz/files.ts';
import { fuzz, type Tally } from '../fuzz/fuzz.ts';
import { hostileServers } from '../fuzz/hostile-servers.ts';
import type { Kind } from '../fuzz/kind.ts';
import { savedRuns } from '../fuzz/saved-runs.ts';
import { servers } from '../fuzz/servers.ts';

const seed = 1;

/** Tries so many cases, the same ones each time; a fault is shown with what makes it again. */
async function tried(kind: Kind, cases: number): Promise<Tally['outcomes']> {
  const [tally] = await fuzz([kind], { seed, cases });
  const faults = (tally?.faults ?? []).map(({ number, why }) => {
    return `npm run fuzz -- --only ${kind.name} --seed ${seed} --case ${number}: ${why}`;
  });
  expect(faults).toEqual([]);
  return tally?.outcomes ?? {};
}

describe('what nobody would write', { timeout: 600_000 }, () => {
  it('in a scenario file is understood, or refused at its place', async () => {
    const { refused = 0, accepted = 0 } = await tried(scenarioFiles, 700);
    expect(Math.min(refused, accepted)).toBeGreaterThan(70);
  });

  it('in a claim is judged, or refused at its place', async () => {
    const { refused = 0, passed = 0, failed = 0, inconclusive = 0 } = await tried(claims, 700);
    expect(Math.min(refused, passed, failed, inconclusive)).toBeGreaterThan(10);
  });

  it('in run.json is reported by every reporter, or refused', async () => {
    const { refused = 0, reported = 0 } = await tried(savedRuns, 150);
    expect(Math.min(refused, reported)).toBeGreaterThan(15);
  });

  it('on a command line ends with an exit code that is documented', async () => {
    const outcomes = await tried(commandLines, 25);
    expect(Object.keys(outcomes).length).toBeGreaterThan(1);
  });

  it('as an answer leaves every book balanced', async () => {
    const { balanced = 0 } = await tried(servers, 10);
    expect(balanced).toBeGreaterThan(3);
  });
});

describe('servers that mean ill', () => {
  it('are a hundred and more, each another', () => {
    const names = new Set(hostileServers.map(({ what }) => what));
    expect(names.size).toBe(hostileServers.length);
    expect(names.size).toBeGreaterThanOrEqual(100);
  });
});

describe('a case', () => {
  it('is the same for the same seed and number, whatever was tried before', async () => {
    const [outcomes, one] = [await fuzz([claims], { seed: 7, cases: 20 }), await claims.try(7, 20)];
    const before = await fuzz([claims], { seed: 7, cases: 19 });
    const difference = Object.entries(outcomes[0]?.outcomes ?? {}).filter(
      ([outcome, count]) => count !== (before[0]?.outcomes[outcome] ?? 0),
    );
    expect(one).toEqual({ outcome: difference[0]?.[0] });
  });
});

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cataloguePage } from '../scripts/catalogue/page.ts';
import { readTaken, takenOf, type Taken } from '../scripts/catalogue/taken.ts';
import { packageFolder } from '../src/machine/package.ts';
import { readScenarioFile } from '../src/scenarios/parse.ts';
import { only, scenario, workload } from '../src/scenarios/testing/files.ts';
import { herdRecord } from './fakes/herd-record.ts';

const taken = (changes: Partial<Taken> = {}): Taken => ({
  ...takenOf(herdRecord({ seed: 7 }), { platform: 'local', commit: 'abc1234' }),
  ...changes,
});

/** One that runs anywhere, and one that needs containers. */
const [herd, limited] = [
  { ...only(scenario(workload)), name: 'herd' },
  { ...only(scenario(workload, 'limits: { cpu: 0.5 }')), name: 'limited' },
];

describe('the page of the catalogue', () => {
  it('has of each scenario the question, the headline, its tables and its verdicts', () => {
    const page = cataloguePage([herd, limited], [taken()]);
    const section = page.slice(page.indexOf('## herd'));
    expect(section).toContain(herdRecord().scenarios[0]?.question);
    expect(section).toContain('On local, 1970-01-01: `scale-lab run herd --seed 7`');
    expect(section).toMatch(/^\*\*.*1 of 2 claims holds, 1 cannot be told\.\*\*$/m);
    expect(section).toMatch(/^\| variant .* RPS .*\n\| --- /m);
    expect(section).toContain('- ✅ passed: `recomputes(lock) <= 2`: 2 against 2');
    expect(section).toContain('- ❔ inconclusive: `p99 < 5ms`: lock: too few');
  });

  it('says at which commit and on what machine all of it was taken, and what was not', () => {
    const page = cataloguePage([herd, limited], [taken()]);
    expect(page).toContain(`All of it was taken at commit \`abc1234\`, on one machine: ${taken().machine}.`);
    expect(page).toContain('Not taken: `limited` (needs docker).');
    expect(cataloguePage([herd], [taken()])).not.toContain('Not taken');
    expect(cataloguePage([herd], [])).toContain('Not taken: `herd`.');
  });

  it('tells platforms and machines apart', () => {
    const other = taken({ platform: 'docker', machine: 'another machine' });
    const page = cataloguePage([herd], [other, taken()]);
    expect(page.match(/^## /gm)).toHaveLength(1);
    expect(page).toContain('commit `abc1234`.');
    expect(page.indexOf(`On local, 1970-01-01, ${taken().machine}: `)).toBeGreaterThan(0);
    expect(page.indexOf('On docker, 1970-01-01, another machine: ')).toBeGreaterThan(page.indexOf('On local'));
  });

  it('is of one commit, or of none', () => {
    expect(() => cataloguePage([herd], [taken(), taken({ platform: 'docker', commit: 'def5678' })])).toThrow(
      'of several commits: abc1234, def5678',
    );
  });
});

describe('docs/catalogue.md', () => {
  it('has every shipped scenario that was taken, and names all others; else run `npm run catalogue -- --page-only`', async () => {
    const { scenarios } = await readScenarioFile(path.join(packageFolder, 'scenarios.yaml'));
    const page = await readFile(path.join(packageFolder, 'docs', 'catalogue.md'), 'utf8');
    expect(page).toBe(cataloguePage(scenarios, await readTaken()));
  });
});

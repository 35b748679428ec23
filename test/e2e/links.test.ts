import { expect, it } from 'vitest';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

const scenarios = `version: 1
scenarios:
  far:
    question: What if the database cannot be reached for a while?
    workload: ['GET /todos/{todo}']
    keys: { todo: { uniform: 10 } }
    data: { users: 1, todos: 10 }
    load: { rate: 50/s, warmup: 0s, duration: 4s }
    trust: { utilisation: 100%, lag: 1m, schedule-lag: 1m, shortfall: 100%, samples: 1 }
    acts: [{ at: 1s, cut-link: { from: app, to: postgres }, for: 2s }]
    expect:
      - responses(status=500) > 0
      - responses(status=200) > 0
`;

it('a link that is cut for a while fails what needs it, and is told in the report and in run.json', async () => {
  await using bench = await Workbench.create();
  await bench.write('scenarios.yaml', scenarios);
  const { code, out, err } = await scaleLab(['run', 'far', '--seed', '3'], { cwd: bench.folder, env: bench.env });
  expect([code, err]).toEqual([0, expect.anything()]);
  expect(out.replaceAll(/\s+/g, ' ')).toMatch(
    /the link from app to postgres is cut \(reset\); at \S+ s the link from app to postgres is as before/,
  );
  const [trial] = (await bench.onlyRun()).trials;
  expect(trial?.acts).toEqual([
    expect.objectContaining({ name: 'cut-link-postgres', kind: 'cut-link', subjects: ['postgres-link'] }),
  ]);
  expect(trial?.resources.map(({ service }) => service)).toContain('postgres-link');
  expect(trial?.measurement.statuses['500']).toBeGreaterThan(0);
  expect(await bench.leftovers()).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import { found, foundOf, served, service, trialOf } from '../../../test/fakes/evidence.ts';
import { telemetry } from '../../../test/fakes/records.ts';

// The load generator of a fake measurement uses 0.4 cores.
const full = [service('app-1', 1), service('postgres', 0.5), service('redis', 0.01)];

describe('machine-full', () => {
  it('says whose the cores were, the services and the load generator', () => {
    expect(found({ resources: full })).toEqual([
      'machine-full: The machine is full: 1.9 of 2 cores were in use, 1 by app-1, 0.5 by postgres, 0.4 by the load generator. ' +
        'More replicas, workers or connections would share the same cores: ask for less work, or take more cores.',
    ]);
    const replicas = [1, 2, 3, 4].map((number) => service(`app-${number}`, 0.4));
    expect(foundOf('machine-full', { resources: replicas })).toContain('1.6 by 4 replicas, 0.4 by the load generator');
  });

  it('counts what services beside what is tested use, the copies of each together', () => {
    const mailer = [1, 2].map((number) => service(`mailer-${number}`, 0.4, { service: 'mailer', role: 'aside' }));
    const resources = [service('app-1', 0.5), ...mailer, service('mailer-balancer', 0.2)];
    expect(foundOf('machine-full', { resources })).toContain(
      '1.9 of 2 cores were in use, 0.8 by 2 copies of mailer, 0.5 by app-1, 0.4 by the load generator, 0.2 by mailer-balancer.',
    );
  });

  it('names others, and has it run again without them', () => {
    const resources = [service('app-1', 0.5), service('postgres', 0.2)];
    expect(found({ resources, machine: { cores: 2, cpuRatio: 1.98 } })).toEqual([
      'machine-full: The machine is full: 2 of 2 cores were in use, 0.9 by others, 0.5 by app-1, 0.4 by the load generator, 0.2 by postgres. ' +
        'End what else runs on it, and run this again. scale-lab run shop --variant usual --replicas 1',
    ]);
  });

  it('is not found where a tenth is left, or nobody knows', () => {
    expect(found({ resources: [service('app-1', 1), service('postgres', 0.39)] })).toEqual([]);
    expect(found({ resources: full, machine: undefined })).toEqual([]);
    expect(found({ machine: { cores: 2, cpuRatio: 2 } })).toEqual([]);
  });
});

describe('event-loop-full', () => {
  const metrics = { event_loop_utilisation: 0.99 };
  const said = 'event-loop-full: The event loop is full (utilisation 0.99).';

  it('asks for replicas where there are cores for them, with the command that shows what they do', () => {
    const eight = { cores: 8, cpuRatio: 0 };
    expect(found({ metrics, resources: full, machine: eight })).toEqual([
      `${said} Add replicas or workers: 6.1 cores are left for them. scale-lab run shop --variant usual --replicas 1,2`,
    ]);
    const autoscaled = trialOf({
      variants: { usual: { autoscale: { cpu: '50%', min: 1, max: 4 } } },
      limits: { cpu: 1 },
    });
    expect(found({ metrics, resources: full, machine: eight, trial: autoscaled })).toEqual([
      `${said} Add replicas or workers: 6.1 cores are left for them.`,
    ]);
  });

  it('does not ask for them where there are none', () => {
    const less = 'make each request cheaper: a cache, fewer queries, smaller answers.';
    expect(foundOf('event-loop-full', { metrics, resources: full })).toBe(
      `${said} There is no core left for another replica (1.9 of 2 cores): ${less}`,
    );
    // By what others use as well.
    const resources = [service('app-1', 1), service('postgres', 0.2)];
    const machine = { cores: 4, cpuRatio: 3.9 };
    expect(foundOf('event-loop-full', { metrics, resources, machine })).toContain('no core left');
  });

  const mayOrNot = (what: string, use: string) =>
    `${said} Whether ${what}, a try tells: ${use} If not, make each request cheaper: a cache, fewer queries, smaller answers. scale-lab run shop --variant usual --replicas 1,2`;

  it('lets a try tell near the line, so that two runs that differ a little are not told the opposite', () => {
    const using = (cores: number) => found({ metrics, resources: [service('app-1', 1), service('postgres', cores)] });
    expect(using(0)[0]).toContain('Add replicas or workers: 0.6 cores are left');
    expect(using(0.2)).toEqual([mayOrNot('replicas or workers help', '1.6 of 2 cores were in use.')]);
    expect(using(0.38)).toEqual([mayOrNot('replicas or workers help', '1.8 of 2 cores were in use.')]);
    expect(using(0.42).join()).toContain('no core left');
  });

  it('knows of no free core where it does not see what others use', () => {
    const use = "1.9 of 8 cores were in use, as far as the lab's own services go.";
    expect(found({ metrics, resources: full, machine: { cores: 8 } })).toEqual([
      mayOrNot('replicas or workers help', use),
    ]);
    expect(foundOf('event-loop-full', { metrics, resources: full, machine: { cores: 2 } })).toContain('no core left');
    // The load generator has one to itself.
    const pinned = { cores: 3, loadCores: 1 };
    expect(found({ metrics, resources: [service('app-1', 1)], machine: pinned })[0]).toContain('1 of 2 cores were');
    expect(foundOf('machine-full', { resources: [service('app-1', 1.9)], machine: pinned })).toContain(
      '1.9 of 2 cores were in use, 1.9 by app-1.',
    );
  });

  it('names the CPU limit where that is what keeps the replicas from their work', () => {
    const limited = [service('app-1', 0.5, { cpuLimit: 0.5, throttledRatio: 0.1 })];
    const eight = { cores: 8, cpuRatio: 0 };
    expect(found({ metrics, resources: limited, machine: eight })).toEqual([
      `${said} The replicas are at their CPU limit: raise it, or add replicas. scale-lab run shop --variant usual --replicas 1,2`,
    ]);
    expect(found({ metrics, resources: limited, machine: { cores: 8 } })).toEqual([
      mayOrNot(
        'a higher CPU limit or replicas help',
        "0.9 of 8 cores were in use, as far as the lab's own services go.",
      ),
    ]);
  });

  it('points to a replica that is slow, or has more than its share, and adds none', () => {
    const among = (...replicas: readonly (readonly [count: number, ms: number])[]) => {
      const told = { telemetry: telemetry({}, { replicas: served(...replicas) }), trial: trialOf({ replicas: 2 }) };
      return foundOf('event-loop-full', { metrics, resources: full, machine: { cores: 8, cpuRatio: 0 }, ...told });
    };
    expect(among([500, 5], [500, 50])).toBe(`${said} See first to the replica that is slower than the others.`);
    expect(among([950, 5], [50, 5])).toBe(`${said} See first to how the requests are dealt out.`);
    expect(among([500, 5], [500, 5])).toContain('--replicas 2,4');
  });

  it('leaves it open where nobody knows of cores, and is not found where there is time left', () => {
    expect(found({ metrics, machine: undefined })).toEqual([
      `${said} Add replicas or workers where there are cores for them, or make each request cheaper: a cache, fewer queries, smaller answers.`,
    ]);
    expect(found({ metrics: { event_loop_utilisation: 0.94 } })).toEqual([]);
  });
});

describe('throttled', () => {
  const limited = { cpuLimit: 0.5, throttledRatio: 0.62 };

  it('asks for a higher limit, or for more replicas', () => {
    expect(found({ resources: [service('postgres', 0.1), service('app-2', 0.5, limited)] })).toEqual([
      'throttled: app-2 was at its CPU limit (0.5 cores) 62% of the time. Raise it, or add replicas. scale-lab run shop --variant usual --replicas 1,2',
    ]);
    expect(found({ resources: [service('postgres', 0.5, limited)] })).toEqual([
      'throttled: postgres was at its CPU limit (0.5 cores) 62% of the time. Raise it.',
    ]);
    expect(found({ resources: [service('app-1', 0.5, { cpuLimit: 0.5, throttledRatio: 0.2 })] })).toEqual([]);
  });

  it('asks for no replicas on account of a service beside what is tested, whatever it is called', () => {
    const limit = { ...limited, role: 'aside' } as const;
    expect(found({ resources: [service('app-cache', 0.5, limit)] })).toEqual([
      'throttled: app-cache was at its CPU limit (0.5 cores) 62% of the time. Raise it.',
    ]);
  });

  it('lets a try tell where the machine has hardly anything left, or nobody sees what others use', () => {
    const resources = [service('postgres', 0.6), service('app-2', 0.6, limited)];
    const said = 'throttled: app-2 was at its CPU limit (0.5 cores) 62% of the time.';
    expect(found({ resources })).toEqual([
      `${said} Whether a higher limit or replicas help, a try tells: 1.6 of 2 cores were in use. scale-lab run shop --variant usual --replicas 1,2`,
    ]);
    expect(found({ resources: [service('postgres', 0.1, limited)], machine: { cores: 4 } })[0]).toContain(
      "Whether a higher limit helps, a try tells: 0.5 of 4 cores were in use, as far as the lab's own services go.",
    );
  });

  it('does not where the machine has nothing left for either', () => {
    expect(foundOf('throttled', { resources: [...full, service('app-2', 0.5, limited)] })).toBe(
      'throttled: app-2 was at its CPU limit (0.5 cores) 62% of the time. A higher limit would not help: no core is left for it.',
    );
  });
});

describe('on a full machine', () => {
  it('no finding adds replicas, in its words or in its command', () => {
    const resources = [...full, service('app-2', 0.5, { cpuLimit: 0.5, throttledRatio: 0.62 })];
    const metrics = { event_loop_utilisation: 0.99 };
    const told = found({ metrics, resources });
    expect(told.map((text) => text.split(':')[0])).toEqual(['machine-full', 'event-loop-full', 'throttled']);
    expect(told.join(' ')).not.toMatch(/\badd replicas|--replicas \d+,/i);
  });
});

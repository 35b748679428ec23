import { describe, expect, it } from 'vitest';
import { found, foundOf, service, trialOf } from '../../../test/fakes/evidence.ts';

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
    const eight = { cores: 8 };
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
    const resources = [service('app-1', 1), service('postgres', 0.2)];
    expect(found({ metrics, resources })).toEqual([
      `${said} There is no core left for another replica (1.6 of 2 cores): ${less}`,
    ]);
    // By what others use as well.
    const machine = { cores: 4, cpuRatio: 3.9 };
    expect(foundOf('event-loop-full', { metrics, resources, machine })).toContain('no core left');
  });

  it('leaves it open where nobody knows of cores, and is not found where there is time left', () => {
    expect(found({ metrics })).toEqual([
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

  it('does not where the machine has nothing left for either', () => {
    expect(foundOf('throttled', { resources: [...full, service('app-2', 0.5, limited)] })).toBe(
      'throttled: app-2 was at its CPU limit (0.5 cores) 62% of the time. A higher limit would not help: no core is left for it.',
    );
  });
});

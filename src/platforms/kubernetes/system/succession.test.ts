import { describe, expect, it } from 'vitest';
import { withMailer } from '../../../../test/conformance/services.ts';
import { plainTarget, topology } from '../../../../test/conformance/topology.ts';
import type { HostedTopology, Topology } from '../../../model/plan.ts';
import { balancedBy } from '../../../model/system.ts';
import { deployedOf } from '../../../services/system.ts';
import { testedIn, workloadIn } from '../testing/workloads.ts';
import { areAlike, leavingOf } from './succession.ts';

const target = { ...plainTarget, kind: 'image', image: 'shop:1', args: undefined, port: 8080 } as const;

describe('copies can stay', () => {
  const before = testedIn(topology());

  it('where there are only more of them, or fewer', () => {
    const three = testedIn(topology({ replicas: 3 }));
    expect([areAlike(before, three), areAlike(three, before)]).toEqual([true, true]);
  });

  it.each([
    ['a setting is another', testedIn(topology({ app: { queryCostMs: 5 } }))],
    ['a limit is another', testedIn(topology({ limits: { cpu: 1, memoryBytes: undefined } }))],
    ['one of them is slow', testedIn(topology({ replicas: 3, slowReplicaMs: 5 }))],
    ['something is beside them now', testedIn(withMailer(1))],
  ])('but not where %s', (_, after) => {
    expect([areAlike(before, after), areAlike(after, before)]).toEqual([false, false]);
  });

  it('nor where what they use has another address, or a password is another', () => {
    const at = (mailer: string) => testedIn(withMailer(1), { mailer });
    expect(areAlike(at('10.96.0.7'), at('10.96.0.7'))).toBe(true);
    expect(areAlike(at('10.96.0.7'), at('10.96.0.8'))).toBe(false);
    const told = (KEY: string) => testedIn({ ...target, environment: { KEY } });
    expect(areAlike(told('one'), told('other'))).toBe(false);
  });
});

describe('before the next system there leaves', () => {
  const deal = { dealsRequests: true };

  /** The names of what cannot stay of one system where another follows. */
  function leaving(before: Topology | HostedTopology, after: Topology | HostedTopology): readonly string[] {
    const running = deployedOf(before, deal).map((service) => {
      const workload = workloadIn(before, service);
      return { service, workload, host: service.name, version: 1, count: 1, pods: [] };
    });
    return leavingOf(running, deployedOf(after, deal)).map(({ service }) => service.name);
  }
  const balanced = { replicas: 2, balancer: balancedBy('round-robin') };

  it('nothing of what is the same, or differs in what only its description tells', () => {
    expect(leaving(topology(balanced), topology(balanced))).toEqual([]);
    expect(leaving(topology(balanced), topology({ ...balanced, app: { queryCostMs: 5 } }))).toEqual([]);
  });

  it('what is not wanted any more', () => {
    expect(leaving(topology(balanced), topology())).toEqual(['nginx']);
    expect(leaving(topology(balanced), target)).toEqual(['app', 'nginx']);
  });

  it('what is to start anew, with what fronts it', () => {
    expect(leaving(topology(balanced), topology({ ...balanced, freshData: true }))).toEqual(['app', 'nginx']);
    expect(leaving(target, target)).toEqual(['target']);
  });

  it('what remembers something, with what uses it, and so on', () => {
    expect(leaving(withMailer(1, balanced), withMailer(1, balanced))).toEqual(['mailer', 'app', 'nginx']);
    expect(leaving(withMailer(1, balanced), topology(balanced))).toEqual(['mailer', 'app', 'nginx']);
    expect(leaving(topology(balanced), withMailer(1, balanced))).toEqual([]);
  });
});

import { expect, test } from 'vitest';
import { balancedBy } from '../../model/system.ts';
import { topology } from '../../../test/conformance/topology.ts';
import { stayingReplicas } from './scaling.ts';

test('replicas stay when there are more, or fewer of them', () => {
  expect(stayingReplicas(topology({ replicas: 1 }), topology({ replicas: 3 }))).toEqual([1]);
  expect(stayingReplicas(topology({ replicas: 3 }), topology({ replicas: 2 }))).toEqual([1, 2]);
  expect(
    stayingReplicas(topology({ replicas: 2 }), topology({ replicas: 2, balancer: balancedBy('ip-hash') })),
  ).toEqual([1, 2]);
});

test('the slow one is always the last', () => {
  const slowReplicaMs = 20;
  const of = (replicas: number) => topology({ replicas, slowReplicaMs });
  expect(stayingReplicas(of(2), of(3))).toEqual([1]);
  expect(stayingReplicas(of(3), of(2))).toEqual([1]);
  expect(stayingReplicas(of(1), of(2))).toEqual([1]);
});

test('none stays where settings, limits or data differ, or data is to be laid anew', () => {
  const running = topology({ replicas: 2 });
  const changes = [
    topology({ replicas: 2, cache: { strategy: 'aside' } }),
    topology({ replicas: 2, limits: { cpu: 0.5, memoryBytes: undefined } }),
    topology({ replicas: 2, data: { users: 1, todos: 1 } }),
    topology({ replicas: 2, serverTiming: true }),
    topology({ replicas: 2, freshData: true }),
  ];
  for (const wanted of changes) expect(stayingReplicas(running, wanted)).toEqual([]);
  expect(stayingReplicas(topology({ replicas: 2, freshData: true }), running)).toEqual([1, 2]);
});

test('none stays that something was done to', () => {
  const running = topology({ replicas: 2 });
  const acts = [{ kind: 'kill', name: 'k', service: 'app', copies: [2], atMs: 0, restart: 'always' }] as const;
  expect(stayingReplicas({ ...running, acts }, running)).toEqual([]);
  expect(stayingReplicas({ ...running, acts: [] }, { ...running, acts })).toEqual([1, 2]);
});

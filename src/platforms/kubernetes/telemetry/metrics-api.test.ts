import { expect, test } from 'vitest';
import { parsePodMetrics } from './metrics-api.ts';

// As metrics-server answers it.
const answer = (cpu: string): string =>
  JSON.stringify({
    kind: 'PodMetricsList',
    items: [
      {
        metadata: { name: 'postgres-1', namespace: 'lab', creationTimestamp: '2026-11-26T01:00:20Z' },
        timestamp: '2026-11-26T01:00:05Z',
        window: '15.02s',
        containers: [
          { name: 'postgres', usage: { cpu, memory: '64Mi' } },
          { name: 'sidecar', usage: { cpu: '10m', memory: '1024Ki' } },
        ],
      },
    ],
  });

test('what a pod used is what its containers did', () => {
  expect(parsePodMetrics(answer('250000000n')).get('postgres-1')).toEqual({
    atMs: Date.parse('2026-11-26T01:00:05Z'),
    cores: 0.26,
    memoryBytes: 65 * 2 ** 20,
  });
});

test('an answer that is none is refused', () => {
  expect(() => parsePodMetrics(answer('plenty'))).toThrow('is no quantity');
});

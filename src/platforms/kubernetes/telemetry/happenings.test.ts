import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { happeningsOf } from './happenings.ts';
import type { Plain } from '../manifests/plain.ts';

const at = (second: number): Date => new Date(1_000_000_000_000 + second * 1000);

interface Ended {
  readonly exitCode: number;
  readonly reason: string;
  readonly second: number;
}

function pod(name: string, service: string, last?: Ended): Plain<V1Pod> {
  const container = { name: service, image: '', imageID: '', ready: true, restartCount: last === undefined ? 0 : 1 };
  const lastState = last && {
    terminated: { exitCode: last.exitCode, reason: last.reason, finishedAt: at(last.second) },
  };
  return {
    metadata: { name, labels: { 'scale-lab.service': service } },
    status: {
      containerStatuses: [{ ...container, state: { running: {} }, ...(lastState === undefined ? {} : { lastState }) }],
    },
  };
}

const services = [
  { name: 'app', role: 'tested', copies: { kind: 'alike', count: 1, autoscale: undefined } },
  { name: 'postgres', role: 'store', copies: { kind: 'one' } },
] as const;

function event(name: string, reason: string, message: string, second: number): Plain<CoreV1Event> {
  return { metadata: {}, involvedObject: { kind: 'Pod', name }, reason, message, lastTimestamp: at(second) };
}

describe('what befell the services', () => {
  it('is told of each copy with its service, the earliest first, and of a pod that is gone by its name', () => {
    const pods: Plain<V1Pod>[] = [
      pod('app-1-a', 'app', { exitCode: 137, reason: 'OOMKilled', second: 9 }),
      pod('postgres-1-b', 'postgres', { exitCode: 2, reason: 'Error', second: 3 }),
    ];
    const events: Plain<CoreV1Event>[] = [
      event('app-1-gone', 'Evicted', 'The node was low on resource: memory.', 5),
      event('app-1-a', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503\nmore', 8),
      event('app-1-lost', 'NodeNotReady', 'Node is not ready', 4),
    ];
    expect(happeningsOf(pods, events, services)).toEqual([
      {
        atMs: at(3).getTime(),
        ...{ service: 'postgres', copy: 'postgres', role: 'store' },
        kind: 'restarted',
        text: 'exited with code 2, and was started anew',
      },
      {
        atMs: at(4).getTime(),
        copy: 'app-1-lost',
        kind: 'node-lost',
        text: 'was lost with its node: Node is not ready',
      },
      {
        atMs: at(5).getTime(),
        copy: 'app-1-gone',
        kind: 'evicted',
        text: 'was evicted: The node was low on resource: memory',
      },
      {
        atMs: at(8).getTime(),
        ...{ service: 'app', copy: 'app-1-a', role: 'tested' },
        kind: 'probe-failed',
        text: 'did not pass a probe: Readiness probe failed: HTTP probe failed with statuscode: 503',
      },
      {
        atMs: at(9).getTime(),
        ...{ service: 'app', copy: 'app-1-a', role: 'tested' },
        kind: 'out-of-memory',
        text: 'was killed: it was at its memory limit',
      },
    ]);
  });

  it('is told of a service beside by its pod where there may be several, and else by its name', () => {
    const ended = { exitCode: 1, reason: 'Error', second: 1 };
    const beside = [
      { name: 'mailer', role: 'aside', copies: { kind: 'alike', count: 2, autoscale: undefined } },
      { name: 'broker', role: 'aside', copies: { kind: 'one' } },
    ] as const;
    const told = happeningsOf([pod('mailer-1-a', 'mailer', ended), pod('broker-1-b', 'broker', ended)], [], beside);
    expect(told.map(({ service, copy }) => [service, copy])).toEqual([
      ['mailer', 'mailer-1-a'],
      ['broker', 'broker'],
    ]);
  });

  it('is nothing where pods come and go as they should', () => {
    const leaving: Plain<V1Pod> = { ...pod('app-1-b', 'app') };
    leaving.metadata = { ...leaving.metadata, deletionTimestamp: at(0) };
    const pods: Plain<V1Pod>[] = [pod('app-1-a', 'app'), leaving];
    const events: Plain<CoreV1Event>[] = [
      event('app-1-a', 'Scheduled', 'Successfully assigned', 1),
      event('app-1-a', 'Killing', 'Stopping container app', 2),
      event('app-1-a', 'Unhealthy', 'Startup probe failed: connection refused', 3),
      event('app-1-b', 'Unhealthy', 'Readiness probe failed: 503', 4),
      event('app-1-gone', 'Unhealthy', 'Readiness probe failed: 503', 4),
    ];
    expect(happeningsOf(pods, events, services)).toEqual([]);
  });

  it('leaves out load workers and the set-up, of which others tell', () => {
    const pods: Plain<V1Pod>[] = [
      pod('load-1', 'load', { exitCode: 1, reason: 'Error', second: 1 }),
      pod('app-setup-1', 'app-setup', { exitCode: 0, reason: 'Completed', second: 1 }),
    ];
    const events: Plain<CoreV1Event>[] = [event('load-1', 'Evicted', 'low on memory', 1)];
    expect(happeningsOf(pods, events, services)).toEqual([]);
  });
});

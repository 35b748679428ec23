import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it, test } from 'vitest';
import type { Plain } from '../manifests/plain.ts';
import { passingMs, troubleOf } from './trouble.ts';

type Status = NonNullable<Plain<V1Pod>['status']>;
type State = NonNullable<NonNullable<Status['containerStatuses']>[number]['state']>;

/** A pod as the API server tells it, of one container. */
function pod(
  state: State,
  change: Partial<Status> & { readonly last?: State; readonly restarts?: number } = {},
): Plain<V1Pod> {
  const { last, restarts = 0, ...status } = change;
  const container = { name: 'app', image: 'scale-lab:1', imageID: '', ready: false, restartCount: restarts, state };
  return {
    metadata: { name: 'app-1' },
    status: {
      phase: 'Running',
      containerStatuses: [{ ...container, ...(last === undefined ? {} : { lastState: last }) }],
      ...status,
    },
  };
}
const waiting = (reason: string, message: string): State => ({ waiting: { reason, message } });
const ended = (exitCode: number, reason = 'Error'): State => ({ terminated: { exitCode, reason } });
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };

describe('what keeps a pod from running', () => {
  test.each([
    [
      'an image that is nowhere',
      pod(waiting('ImagePullBackOff', 'Back-off pulling')),
      /cannot find the image scale-lab:1: Back-off/,
      false,
    ],
    ['an image that was to be there', pod(waiting('ErrImageNeverPull', 'not present')), /cannot find the image/, false],
    ['an image whose registry may hiccup', pod(waiting('ErrImagePull', 'EOF')), /cannot find the image/, true],
    [
      'a container that cannot be made',
      pod(waiting('CreateContainerConfigError', 'secret "backends" not found')),
      /could not be started: secret/,
      false,
    ],
    ['a program that ends', pod(ended(2)), /^exited with code 2$/, false],
    [
      'one that does so again and again',
      pod(waiting('CrashLoopBackOff', 'back-off'), { last: ended(2), restarts: 3 }),
      /^exited with code 2, again and again$/,
      false,
    ],
    [
      'one that was started anew, and is not ready',
      pod({ running: {} }, { last: ended(3), restarts: 1 }),
      /^exited with code 3$/,
      false,
    ],
    ['a limit of memory', pod(ended(137, 'OOMKilled')), /at its memory limit$/, false],
    [
      'an eviction',
      pod({}, { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' }),
      /was evicted: The node was low on memory$/,
      false,
    ],
  ])('%s', (_, of, text, mayPass) => {
    const trouble = troubleOf(of);
    expect(trouble?.text).toMatch(text);
    expect(trouble?.patienceMs).toBe(mayPass ? passingMs : 0);
  });

  it('is what the scheduler says, for as long as it says so', () => {
    const unschedulable = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/1 nodes are available: 1 Insufficient cpu.',
    };
    const pending: Plain<V1Pod> = { status: { phase: 'Pending', conditions: [unschedulable] } };
    expect(troubleOf(pending)).toMatchObject({
      text: 'stays pending: 0/1 nodes are available: 1 Insufficient cpu',
      patienceMs: passingMs,
    });
  });

  it.each([
    ['is being made', pod(waiting('ContainerCreating', ''))],
    ['runs', pod({ running: {} })],
    ['runs well after it was started anew', pod({ running: {} }, { ...ready, last: ended(3), restarts: 1 })],
  ])('is nothing where it %s', (_, of) => {
    expect(troubleOf(of)).toBeUndefined();
  });
});

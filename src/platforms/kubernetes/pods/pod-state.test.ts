import { type V1Pod, loadYaml } from '@kubernetes/client-node';
import { describe, expect, it, test } from 'vitest';
import type { Plain } from '../manifests/plain.ts';
import recorded from '../testing/recorded-pods.json' with { type: 'json' };
import { endOf, hasSucceeded, isLeaving, isReady, lastEnd, stateOf } from './pod-state.ts';
import { troubleOf } from './trouble.ts';

type Life = keyof typeof recorded.lives;

/** The states that a real API server has shown of a pod, read as the client reads its answers; JSON is YAML. */
function statesOf(life: Life): readonly V1Pod[] {
  return recorded.lives[life].map((pod) => loadYaml<V1Pod>(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...pod })));
}

/** What the lab reads in each of them, behind the pod's phase, which lags behind it. */
function readings(life: Life): readonly string[] {
  const all = statesOf(life).map(reading);
  return all.filter((line, index) => line !== all[index - 1]);
}

function reading(pod: V1Pod): string {
  const state = stateOf(pod);
  const does = isReady(pod) ? 'ready' : state.kind === 'waiting' ? state.reason || 'waiting' : state.kind;
  const trouble = troubleOf(pod);
  const rest = [
    ...(isLeaving(pod) ? ['leaving'] : []),
    ...(hasSucceeded(pod) ? ['well'] : []),
    ...(trouble === undefined ? [] : [`trouble: it ${trouble.text.slice(0, 60)}`]),
  ];
  return [`${String(pod.status?.phase)}, ${does}`, ...rest].join(', ');
}

/** How each begins. */
const starts = ['Pending, waiting', 'Pending, ContainerCreating'];

describe(`what a pod does, read from what Kubernetes ${recorded.kubernetes} says`, () => {
  test.each<[Life, readonly string[]]>([
    ['a program that is to end, and ends well', ['Pending, ended, well', 'Succeeded, ended, well']],
    [
      'a program that is to end, and fails',
      ['Pending, ended, trouble: it exited with code 2', 'Failed, ended, trouble: it exited with code 2'],
    ],
    [
      'a program that is to end, and takes longer than its pod may',
      ['Pending, running', 'Failed, ended, trouble: it was ended by its node: Pod was active on the node longer tha'],
    ],
    [
      'a program that is to end, deleted while it runs',
      ['Running, ready', 'Running, running, leaving', 'Succeeded, ended, leaving, well'],
    ],
    [
      'a server that is deleted, and ends when it is asked to',
      ['Running, ready', 'Running, running, leaving', 'Succeeded, ended, leaving'],
    ],
    [
      'a server that is deleted, and does not end until it is killed',
      ['Running, ready', 'Running, running, leaving', 'Failed, ended, leaving'],
    ],
    ['a server that is deleted without grace', ['Running, ready', 'Running, running, leaving']],
    ['a server that becomes ready', ['Running, running', 'Running, ready']],
    [
      'a server that ends by itself, well',
      [
        'Running, ended, trouble: it exited with code 0',
        'Running, CrashLoopBackOff, trouble: it exited with code 0, again and again',
        'Running, ready',
        'Running, ended, trouble: it exited with code 0',
      ],
    ],
    [
      'a server that ends again and again',
      [
        'Running, ended, trouble: it exited with code 3',
        'Running, CrashLoopBackOff, trouble: it exited with code 3, again and again',
      ],
    ],
    [
      'a server that is killed once, and was started anew',
      ['Running, ended, trouble: it was killed', 'Running, ready'],
    ],
    [
      'a server at its memory limit',
      [
        'Running, ended, trouble: it was killed: it was at its memory limit',
        'Running, CrashLoopBackOff, trouble: it was killed: it was at its memory limit, again and again',
      ],
    ],
    ['a server that does not pass its liveness probe', ['Running, ready']],
    [
      'a server that writes more than its pod may',
      ['Running, ready', 'Succeeded, ended, trouble: it was ended by its node, and exited with code 0'],
    ],
    [
      'a command that does not exist',
      [
        'Running, RunContainerError, trouble: it could not be started: failed to create task for container: f',
        'Running, CrashLoopBackOff, trouble: it could not be started: failed to create task for container: f',
      ],
    ],
    [
      'a secret that does not exist',
      ['Pending, CreateContainerConfigError, trouble: it could not be started: secret "nowhere" not found'],
    ],
    [
      'an image that is not there',
      [
        'Pending, ErrImagePull, trouble: it cannot start: its node cannot find the image scale-lab:1: fa',
        'Pending, ImagePullBackOff, trouble: it cannot start: its node cannot find the image scale-lab:1: Ba',
      ],
    ],
    [
      'an image that may not be fetched',
      ['Pending, ErrImageNeverPull, trouble: it cannot start: its node cannot find the image scale-lab:1: Co'],
    ],
    [
      'more than any node has',
      ['Pending, waiting, trouble: it stays pending: 0/1 nodes are available: 1 Insufficient cpu. '],
    ],
  ])('%s', (life, states) => {
    const begin = life === 'more than any node has' ? starts.slice(0, 1) : starts;
    const read = readings(life);
    expect(read).toEqual([...begin, ...states]);
  });
});

describe('a pod', () => {
  const ended = (exitCode: number, reason = 'Error', message?: string): Plain<V1Pod> => ({
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          ...{ name: 'app', image: '', imageID: '', ready: false, restartCount: 0 },
          state: { terminated: { exitCode, reason, ...(message === undefined ? {} : { message }) } },
        },
      ],
    },
  });

  it.each<[Plain<V1Pod>, string | undefined]>([
    [ended(0), 'exited with code 0'],
    [ended(137), 'was killed'],
    [ended(137, 'OOMKilled'), 'was killed: it was at its memory limit'],
    [ended(127, 'ContainerCannotRun', 'no such file: node\nand more'), 'could not be started: no such file: node'],
    [{ status: { phase: 'Failed', reason: 'NodeLost' } }, 'was lost with its node'],
    [{ status: { phase: 'Running' } }, undefined],
  ])('tells how it ended: %j', (pod, end) => {
    expect(endOf(pod)).toBe(end);
  });

  it('that runs again tells how it ended before, and when', () => {
    const [pod] = statesOf('a server that is killed once, and was started anew').slice(-1);
    expect(pod && [isReady(pod), endOf(pod)]).toEqual([true, 'was killed']);
    expect(pod && lastEnd(pod)?.finishedAt).toBeInstanceOf(Date);
  });
});

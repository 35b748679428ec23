import type { IncomingMessage, ServerResponse } from 'node:http';
import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it, test } from 'vitest';
import { LabError } from '../../../model/errors.ts';
import { FrameWriter } from '../../../worker/frames.ts';
import type { Plain } from '../manifests/plain.ts';
import { openScriptedCluster } from '../testing/api-server.ts';
import { WorkerPod, workerPods } from './worker-pod.ts';

const { signal } = new AbortController();
const messages = ['{"type":"ready"}', `{"type":"result","result":"${'x'.repeat(9_000)}"}`];

/** A log of these messages, line by line. */
function logOf(texts: readonly string[]): readonly string[] {
  const writer = new FrameWriter();
  return texts.flatMap((text) => writer.write(text).split(/(?<=\n)/));
}

/** A worker whose log is answered as each script says, the last of them for ever. */
async function worker(...scripts: readonly ((response: ServerResponse, request: IncomingMessage) => void)[]) {
  const asked: string[] = [];
  const scripted = await openScriptedCluster((request, response) => {
    asked.push(request.url ?? '');
    scripts[Math.min(asked.length, scripts.length) - 1]?.(response, request);
  });
  return { pod: new WorkerPod({ cluster: scripted.cluster, name: 'lab' }, 'load-1'), asked, scripted };
}

async function read(pod: WorkerPod): Promise<string> {
  let text = '';
  for await (const piece of pod.output(signal)) text += piece;
  return text;
}

const ended: Plain<V1Pod> = {
  spec: { restartPolicy: 'Never', containers: [] },
  status: {
    phase: 'Succeeded',
    containerStatuses: [
      { name: 'load', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode: 0 } } },
    ],
  },
};

const evicted: Plain<V1Pod> = { status: { phase: 'Failed', reason: 'Evicted', message: 'low on memory' } };

function running(isReady: boolean): Plain<V1Pod> {
  const container = { name: 'load', image: '', imageID: '', ready: isReady, restartCount: 0, state: { running: {} } };
  const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }];
  return { status: { phase: 'Running', conditions, containerStatuses: [container] } };
}

describe('the output of a load worker in a pod', () => {
  it('is whole, each message once, though the connection breaks in the middle of one', async () => {
    const lines = logOf(messages);
    const { pod, asked, scripted } = await worker(
      (response) => {
        response.write(lines.slice(0, 2).join(''), () => response.destroy());
      },
      (response) => {
        pod.see(ended);
        response.end(lines.join(''));
      },
    );
    await using _ = scripted;
    expect(await read(pod)).toBe(messages.map((message) => `${message}\n`).join(''));
    expect(asked[0]).toBe('/api/v1/namespaces/lab/pods/load-1/log?container=load&follow=true');
    expect(pod.end).toBe('exited with code 0');
  });

  it('that has lost lines is no output', async () => {
    const { pod, scripted } = await worker((response) => response.end(logOf(messages).slice(1).join('')));
    await using _ = scripted;
    const error = await read(pod).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LabError);
    expect(String(error)).toContain('The load worker load-1 cannot be heard whole: line 1 of its log is missing');
  });

  it('leaves what else it says for its log', async () => {
    const { pod, scripted } = await worker((response) => {
      pod.see(ended);
      response.end(`(node:1) Warning\n${logOf(['{}']).join('')}out of memory\n`);
    });
    await using _ = scripted;
    expect(await read(pod)).toBe('{}\n');
    expect(await pod.log()).toContain('(node:1) Warning\nout of memory');
  });

  // At the same time: each waits for a log that may still end by itself.
  it.concurrent.each<[string, V1Pod | undefined, string]>([
    ['was deleted', undefined, 'was killed: its pod was deleted'],
    ['was evicted', evicted, 'was evicted: low on memory'],
    ['lies on a node that is silent', running(false), 'was lost: its node does not answer'],
  ])('ends though nobody ends its log, where the pod %s', async (_, seen, end) => {
    const { pod, scripted } = await worker((response) => {
      response.write(logOf(messages.slice(0, 1)).join(''));
      pod.see(running(true));
      pod.see(seen);
    });
    await using _scripted = scripted;
    expect(await read(pod)).toBe(`${String(messages[0])}\n`);
    expect(await pod.ended).toBe(end);
  });

  it('ends with the reason of the signal', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const { pod, scripted } = await worker((response) => {
      response.write(logOf(messages.slice(0, 1)).join(''));
    });
    await using _ = scripted;
    const reading = (async () => {
      for await (const _piece of pod.output(controller.signal)) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
  });
});

test('workers come in the order of their completion indexes, and not of their names', async () => {
  await using scripted = await openScriptedCluster((_, response) => response.end());
  const pods = [10, 2, 0, 1].map((index): Plain<V1Pod> => {
    const annotations = { 'batch.kubernetes.io/job-completion-index': String(index) };
    return { metadata: { name: `load-${index}`, annotations } };
  });
  const names = workerPods({ cluster: scripted.cluster, name: 'lab' }, pods).map(({ name }) => name);
  expect(names).toEqual(['load-0', 'load-1', 'load-2', 'load-10']);
});

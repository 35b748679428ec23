import { readWorkerMessages } from '../src/load/worker-process.ts';
import type { Cluster } from '../src/platforms/kubernetes/cluster/cluster.ts';
import { logLines } from '../src/platforms/kubernetes/load/pod-log.ts';
import { label } from '../src/platforms/kubernetes/manifests/labels.ts';
import { nameOf } from '../src/platforms/kubernetes/pods/pod-state.ts';
import { listPods } from '../src/platforms/kubernetes/pods/pods.ts';
import { FrameReader } from '../src/worker/frames.ts';
import type { WorkerResult } from '../src/worker/protocol.ts';

const { signal } = new AbortController();

/** What each load worker in a namespace came to, read from its pod's own log, beside the platform. The pods have to be there. */
export async function readWorkerResults(cluster: Cluster, namespace: string): Promise<readonly WorkerResult[]> {
  const pods = await listPods({ cluster, namespace, labels: { [label.service]: 'load' } }, signal);
  return Promise.all(pods.map(async (pod) => resultIn(messagesOf(cluster, namespace, nameOf(pod)))));
}

async function resultIn(messages: AsyncIterable<string>): Promise<WorkerResult> {
  for await (const message of readWorkerMessages(messages)) if (message.type === 'result') return message.result;
  throw new Error('a load worker gave no result');
}

async function* messagesOf(cluster: Cluster, name: string, pod: string): AsyncIterable<string> {
  const reader = new FrameReader();
  for await (const line of logLines({ cluster, name }, pod, 'load', signal)) {
    const message = reader.read(line);
    if (message !== undefined) yield `${message}\n`;
  }
}

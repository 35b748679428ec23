import type { V1Job, V1LabelSelector, V1WeightedPodAffinityTerm } from '@kubernetes/client-node';
import type { Readiness } from '../../../services/service.ts';
import { inImage } from '../../common/programs.ts';
import { label, podsFor, underLoad } from './labels.ts';
import type { Plain } from './plain.ts';
import { labUserId } from './pod-security.ts';
import { podTemplate } from './pod.ts';
import { resourcesOf } from './resources.ts';
import { type RunNames, metadataOf, partOf } from './run-names.ts';

/** What a worker asks for where it has no limit. */
const asks = { cpu: 0.02, memoryBytes: 128 * 2 ** 20 } as const;

/**
 * An Indexed Job of that many load workers at the same time, each waiting for what it is to do on its standard input. Kubernetes
 * numbers them, and tells each its number (`JOB_COMPLETION_INDEX`): it is the part of the load that the worker takes.
 * @param ready of what is tested, which answers so through whatever fronts it
 */
export function loadManifest(s: RunNames, name: string, workers: number, { http }: Readiness): Plain<V1Job> {
  const part = partOf(s, 'load', 'load');
  const template = podTemplate(part, {
    name: 'load',
    image: { lab: true },
    userId: labUserId,
    container: {
      args: [inImage.worker],
      stdin: true,
      // It ends with the lab: its input does.
      stdinOnce: true,
      env: [
        { name: 'NODE_ENV', value: 'production' },
        { name: 'LOG_FRAMES', value: 'on' },
        // A Service leads to pods that have just become ready only a moment later.
        { name: 'TARGET_LIMIT_MS', value: '10000' },
        ...(http === undefined || http.isAny ? [] : [{ name: 'TARGET_READY_PATH', value: http.path }]),
      ],
      resources: resourcesOf(s.loadLimits, asks),
    },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: places(s) } },
    },
  });
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(part, name),
    spec: { completionMode: 'Indexed', parallelism: workers, completions: workers, backoffLimit: 0, template },
  };
}

/** Rather on a node without what is under test, and rather on one without another load worker, where there are such. */
function places(s: RunNames): Plain<V1WeightedPodAffinityTerm>[] {
  const tested = { key: label.role, operator: 'In', values: [...underLoad] };
  return [
    away(100, { matchLabels: { [label.run]: s.labels[label.run] }, matchExpressions: [tested] }),
    away(50, { matchLabels: podsFor(s, 'load') }),
  ];
}

function away(weight: number, labelSelector: Plain<V1LabelSelector>): Plain<V1WeightedPodAffinityTerm> {
  return { weight, podAffinityTerm: { labelSelector, topologyKey: 'kubernetes.io/hostname' } };
}

import { postgres } from '../../../services/postgres/postgres.ts';
import { redis } from '../../../services/redis.ts';
import { defaultImages } from '../../common/image-names.ts';
import type { RunNames } from '../manifests/run-names.ts';

/** Surroundings of a run of tests, changed as told. */
export function runNames(change: Partial<RunNames> = {}): RunNames {
  return {
    namespace: 'scale-lab-a-run',
    labels: {
      'scale-lab.run': 'a-run',
      'scale-lab.owner': '12-34-eabd2bb0-4026531836-h1a2b3c4d',
      'scale-lab.host': 'here',
    },
    images: { ...defaultImages, lab: 'scale-lab:test' },
    labPullPolicy: 'Never',
    stores: [postgres, redis],
    secretOf: (service, name) => `${name}-of-${service}`,
    signalled: [],
    loadLimits: { cpu: 1, memoryBytes: undefined },
    ...change,
  };
}

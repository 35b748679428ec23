import { z } from 'zod';
import type { ServiceResources } from '../model/telemetry.ts';

/** What a copy used, in a record that has its name in the place of its service. */
const earlierResources = z
  .looseObject({
    service: z.string(),
    copy: z.undefined().optional(),
    isReplica: z.boolean().optional(),
    copyOf: z.string().optional(),
  })
  .transform(({ service: copy, isReplica, copyOf, ...rest }) => ({
    ...rest,
    copy,
    ...serviceOf(copy, isReplica, copyOf),
  }));

const earlierHappening = z
  .looseObject({ service: z.string(), copy: z.undefined().optional() })
  .transform(({ service: copy, ...rest }) => ({ ...rest, service: undefined, copy }));

const earlierTrial = z.looseObject({
  resources: z.array(z.union([earlierResources, z.unknown()])),
  telemetry: z.looseObject({
    happenings: z.looseObject({ told: z.array(z.union([earlierHappening, z.unknown()])) }).optional(),
  }),
});

const earlierRecord = z.looseObject({ trials: z.array(z.union([earlierTrial, z.unknown()])) });

/** What is read as a record, with what those of before say otherwise as it is said now; anything else as it is. */
export function asSaidNow(json: unknown): unknown {
  return earlierRecord.safeParse(json).data ?? json;
}

/**
 * The service of a copy: of replicas, and in the oldest records of all, what stands before the number, or before what a cluster puts in
 * its place.
 */
function serviceOf(copy: string, isReplica?: boolean, copyOf?: string): Pick<ServiceResources, 'service' | 'role'> {
  if (copyOf !== undefined) return { service: copyOf, role: 'aside' };
  if (isReplica === false) return { service: copy };
  return { service: copy.replace(/-.*$/, ''), ...(isReplica && { role: 'tested' }) };
}

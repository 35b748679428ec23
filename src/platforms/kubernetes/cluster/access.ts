import type { V1SelfSubjectAccessReview } from '@kubernetes/client-node';
import { together } from '../../../machine/together.ts';
import { LabError } from '../../../model/errors.ts';
import type { Plain } from '../manifests/plain.ts';
import { type Cluster, insist } from './cluster.ts';
import { type Purpose, type Right, neededRights } from './rights.ts';

/** A thing that this user may not do. */
interface Lack {
  readonly verb: string;
  readonly right: Right;
}

/**
 * Asks the cluster whether this user may do all that the lab will do, before it does anything.
 * @param purposes what will be done that not every run does
 * @throws {LabError} that names what is missing
 */
export async function requireRights(
  cluster: Cluster,
  namespace: string,
  purposes: readonly Purpose[],
  signal: AbortSignal,
): Promise<void> {
  const lacks = await missingRights(cluster, namespace, purposes, signal);
  if (lacks.length === 0) return;
  const { name } = cluster.context;
  throw new LabError(`The user of the context ${name} may not do all that the lab needs.`, {
    details: lacks,
    hint: 'Ask for these rights (docs/kubernetes.md has a ClusterRole with all of them), or take another context: --context NAME',
  });
}

/** What this user may not do, in words, a line for each resource. */
export async function missingRights(
  cluster: Cluster,
  namespace: string,
  purposes: readonly Purpose[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const wanted = neededRights.filter(
    ({ optional, onlyFor }) => optional !== true && (onlyFor === undefined || purposes.includes(onlyFor)),
  );
  const asked = wanted.flatMap((right) => right.verbs.map((verb): Lack => ({ verb, right })));
  const allowed = await together(signal, (limited) =>
    asked.map(async (lack) => isAllowed(cluster, namespace, lack, limited)),
  );
  const lacks = asked.filter((_, index) => allowed[index] !== true);
  return wanted.flatMap((right) => {
    const verbs = lacks.filter((lack) => lack.right === right).map(({ verb }) => verb);
    if (verbs.length === 0) return [];
    const where = right.scope === 'cluster' ? 'in the cluster' : `in the namespace ${namespace}`;
    return [`${verbs.join(', ')} ${right.resource}${right.group === '' ? '' : `.${right.group}`} ${where}`];
  });
}

async function isAllowed(
  { objects }: Cluster,
  namespace: string,
  { verb, right }: Lack,
  signal: AbortSignal,
): Promise<boolean> {
  const [resource, subresource] = right.resource.split('/');
  const place = right.scope === 'cluster' ? {} : { namespace };
  const review: Plain<V1SelfSubjectAccessReview> = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        ...place,
        verb,
        group: right.group,
        ...(resource === undefined ? {} : { resource }),
        ...(subresource === undefined ? {} : { subresource }),
      },
    },
  };
  const sentence = 'The cluster does not say what this user may do';
  const answer = await insist(sentence, async () => objects.create(review), signal);
  return answer.status?.allowed === true;
}

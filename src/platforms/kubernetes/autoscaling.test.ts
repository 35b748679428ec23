import { expect, test } from 'vitest';
import { LabError } from '../../model/errors.ts';
import { requireAutoscaling } from './autoscaling.ts';
import type { ClusterContext } from './cluster/context.ts';
import { openScriptedCluster } from './testing/api-server.ts';

const { signal } = new AbortController();

/** What a cluster that serves nothing but these says of autoscaling: the sentence and the hint, or nothing against it. */
async function refusalOf(
  served: readonly string[],
  context: Partial<Pick<ClusterContext, 'flavour' | 'clusterName'>> = {},
): Promise<readonly (string | undefined)[]> {
  await using scripted = await openScriptedCluster(({ url = '' }, response) => {
    response.writeHead(served.includes(url.replace('/apis/', '')) ? 200 : 404).end('{}');
  }, context);
  try {
    await requireAutoscaling(scripted.cluster, signal);
    return [];
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return [error.message, error.hint];
  }
}

const both = ['autoscaling/v2', 'metrics.k8s.io/v1beta1'];

test('a cluster with an autoscaler and metrics can scale by itself', async () => {
  expect(await refusalOf(both)).toEqual([]);
});

test('one that does not tell what pods use cannot, and the hint is how to get that', async () => {
  const [sentence, hint] = await refusalOf(['autoscaling/v2']);
  expect(sentence).toBe(
    'The cluster of the context here cannot scale by itself: it does not tell what pods use (no metrics API).',
  );
  expect(hint).toMatch(/^Install metrics-server/);
  const addon = 'Add it, and give it a minute: minikube addons enable metrics-server';
  const ofMinikube = async (clusterName: string) =>
    (await refusalOf(['autoscaling/v2'], { flavour: 'minikube', clusterName }))[1];
  expect(await ofMinikube('minikube')).toBe(addon);
  expect(await ofMinikube('mine')).toBe(`${addon} --profile mine`);
});

test('nor can one without an autoscaler', async () => {
  const [sentence, hint] = await refusalOf(['metrics.k8s.io/v1beta1']);
  expect(sentence).toBe('The cluster of the context here has no autoscaler: it does not serve autoscaling/v2.');
  expect(hint).toContain('leave out autoscale');
});

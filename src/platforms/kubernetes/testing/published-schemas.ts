import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Job } from 'kubernetes-models/batch/v1';
import { ClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { ConfigMap, Namespace, Secret, Service } from 'kubernetes-models/v1';
import type { Manifest } from '../manifests/plain.ts';

const models = [ClusterRole, ConfigMap, Deployment, HorizontalPodAutoscaler, Job, Namespace, Secret, Service];

/**
 * Fails where the schema that Kubernetes 1.27 publishes for that version and kind does not take it. Fields that it does not know
 * pass. The schemas are those of github.com/kubernetes/kubernetes/tree/v1.27.1/api/openapi-spec, as `kubernetes-models` has them.
 */
export function checkSchema(manifest: Manifest): void {
  const model = models.find(({ apiVersion, kind }) => apiVersion === manifest.apiVersion && kind === manifest.kind);
  if (model === undefined) throw new Error(`no schema for ${manifest.apiVersion} ${manifest.kind}`);
  Object.assign(new model(), manifest).validate();
}

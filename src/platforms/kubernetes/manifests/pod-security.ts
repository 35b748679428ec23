import type { V1PodSecurityContext, V1SecurityContext } from '@kubernetes/client-node';
import type { Plain } from './plain.ts';

/** The user of the lab's own image. */
export const labUserId = 1000;

/** Labels of a namespace that takes pods only where they meet the pod security standard "restricted". */
export const restricted: Readonly<Record<string, string>> = Object.fromEntries(
  ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
);

/** What a pod may do, as a user by number: an image need not know it by name. */
export function podSecurity(userId: number): Plain<V1PodSecurityContext> {
  return {
    runAsNonRoot: true,
    runAsUser: userId,
    runAsGroup: userId,
    fsGroup: userId,
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** What a container may do: nothing that it does not need. */
export function containerSecurity(readOnlyRootFilesystem: boolean): Plain<V1SecurityContext> {
  return { allowPrivilegeEscalation: false, readOnlyRootFilesystem, capabilities: { drop: ['ALL'] } };
}

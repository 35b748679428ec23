import type { V1Probe } from '@kubernetes/client-node';
import type { Plain } from './plain.ts';

/** How a probe asks. */
type Question = Pick<Plain<V1Probe>, 'exec' | 'httpGet' | 'tcpSocket'>;

/**
 * Asks every second until the first yes, for two minutes, and never again. Without another probe the pod is ready from then
 * on, and nobody asks while something is measured.
 */
export function startupProbe(question: Question): Plain<V1Probe> {
  return { ...question, periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 120 };
}

/** Asks every second whether requests may be sent there. */
export function readinessProbe(question: Question): Plain<V1Probe> {
  return { ...question, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 3 };
}

/** Asks whether it is still alive, so patiently that only one that hangs is restarted, and not one under load. */
export function livenessProbe(question: Question): Plain<V1Probe> {
  return { ...question, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 };
}

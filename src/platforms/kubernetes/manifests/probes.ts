import type { V1Probe } from '@kubernetes/client-node';
import type { Plain } from './plain.ts';

/** How a probe asks. */
type Question = Pick<Plain<V1Probe>, 'exec' | 'httpGet' | 'tcpSocket'>;

/** Asks every second until the first yes, for two minutes, and never again. */
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

/**
 * Asks a database or a cache whether it listens, every other second: nothing costs less while something is measured. A start-up
 * probe would cost nothing at all then, but older kubelets (1.20) notice its success up to a minute late.
 */
export function listeningProbe(port: number): Plain<V1Probe> {
  return { tcpSocket: { port }, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 10 };
}

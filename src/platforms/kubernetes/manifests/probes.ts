import type { V1Container, V1Probe } from '@kubernetes/client-node';
import type { Service } from '../../../services/service.ts';
import type { Plain } from './plain.ts';

/** How a probe asks. */
type Question = Pick<Plain<V1Probe>, 'exec' | 'httpGet' | 'tcpSocket'>;

/** How long a copy that is to stop still takes requests: until every node knows that it is to get no more. */
const leavingSeconds = 3;
/** What one that finishes what is in flight takes beyond its grace. */
const marginSeconds = 1;

/**
 * What lets copies of a service come and go without a lost request, as far as it says of itself. One that is given no time to end
 * has nothing of that, no start-up probe either: that holds requests back.
 */
export function comingAndGoing({
  role,
  port: { inside: port },
  ready: { http, alivePath },
  stop,
  control,
}: Service): Pick<Plain<V1Container>, 'startupProbe' | 'readinessProbe' | 'livenessProbe' | 'lifecycle'> {
  if (role === 'store') return { readinessProbe: listeningProbe(port) };
  // Whoever connects to its port has a connection to what it leads to.
  if (control !== undefined) return { readinessProbe: readinessProbe({ tcpSocket: { port: control.inside } }) };
  if (stop.graceMs === 0) return {};
  const isOwn = http !== undefined && !http.isAny && !http.isOfOthers;
  const ready = {
    readinessProbe: readinessProbe(isOwn ? { httpGet: { path: http.path, port } } : { tcpSocket: { port } }),
  };
  if (alivePath === undefined || !stop.drains) return ready;
  const isAlive = { httpGet: { path: alivePath, port } };
  return {
    startupProbe: startupProbe(isAlive),
    ...ready,
    livenessProbe: livenessProbe(isAlive),
    // By a program: the action of that name is unknown to older Kubernetes.
    lifecycle: { preStop: { exec: { command: ['sleep', String(leavingSeconds)] } } },
  };
}

/** How long a copy may take to end, its last requests included. */
export function graceSecondsOf({ stop: { graceMs, drains } }: Service): number {
  const seconds = Math.ceil(graceMs / 1000);
  return drains ? leavingSeconds + seconds + marginSeconds : seconds;
}

/** Asks every second until the first yes, for two minutes, and never again. */
function startupProbe(question: Question): Plain<V1Probe> {
  return { ...question, periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 120 };
}

/** Asks every second whether requests may be sent there. */
function readinessProbe(question: Question): Plain<V1Probe> {
  return { ...question, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 3 };
}

/** Asks whether it is still alive, so patiently that only one that hangs is restarted, and not one under load. */
function livenessProbe(question: Question): Plain<V1Probe> {
  return { ...question, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 };
}

/**
 * Asks a database or a cache whether it listens, every other second: nothing costs less while something is measured. A start-up
 * probe would cost nothing at all then, but older kubelets (1.20) notice its success up to a minute late.
 */
function listeningProbe(port: number): Plain<V1Probe> {
  return { tcpSocket: { port }, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 10 };
}

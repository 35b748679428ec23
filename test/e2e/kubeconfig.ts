import { stringify } from 'yaml';

/** A context as a test wants it: a server, and who speaks to it. */
export interface ContextSettings {
  readonly server: string;
  /** Beside the server: what is trusted. */
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
}

/** A kubeconfig with these contexts. @param current the one that is current, if one is */
export function kubeconfigOf(contexts: Readonly<Record<string, ContextSettings>>, current?: string): string {
  const all = Object.entries(contexts);
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: all.map(([name, { server, cluster }]) => ({ name, cluster: { server, ...cluster } })),
    users: all.map(([name, { user }]) => ({ name, user: { ...user } })),
    contexts: all.map(([name]) => ({ name, context: { cluster: name, user: name } })),
    ...(current === undefined ? {} : { 'current-context': current }),
  });
}

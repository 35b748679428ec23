import { describe, expect, it, test } from 'vitest';
import { topology } from '../../../../test/conformance/topology.ts';
import { readSettings } from '../../../target-app/settings.ts';
import { appGraceMs } from '../../common/app-environment.ts';
import { runNames } from '../testing/run-names.ts';
import { applicationManifests } from './application.ts';
import { backendsSecret } from './backends.ts';

const s = runNames();
type Change = Parameters<typeof topology>[0];
const application = (change: Change = {}, version = 1) => applicationManifests(s, topology(change), version);

/** The Deployments by name: how many replicas each has, and the pod that it makes. */
function deploymentsOf(change: Change = {}, version = 1) {
  return application(change, version).deployments.map(({ metadata, spec }) => {
    const [container] = spec?.template.spec?.containers ?? [];
    if (!spec || !container) throw new Error('a Deployment without a container');
    return {
      name: metadata?.name,
      replicas: spec.replicas,
      spec,
      template: spec.template,
      pod: spec.template.spec,
      container,
    };
  });
}

function only<T>(things: readonly T[]): T {
  const [thing] = things;
  if (thing === undefined || things.length > 1) throw new Error(`${things.length} instead of one`);
  return thing;
}

describe('its settings', () => {
  it('reach the application as they were meant, by its own reading', () => {
    const wanted: Change = { cache: { strategy: 'xfetch' }, app: { queryCostMs: 20 } };
    const config = only(application(wanted).config);
    const { DATABASE_URL, REDIS_URL } = backendsSecret(s).stringData ?? {};
    // The rest comes from where the container says.
    const { container } = only(deploymentsOf(wanted));
    expect(container.envFrom).toEqual([{ configMapRef: { name: config.metadata?.name } }]);
    expect(container.env).toEqual([
      { name: 'REPLICA_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'backends', key: 'DATABASE_URL' } } },
      { name: 'REDIS_URL', valueFrom: { secretKeyRef: { name: 'backends', key: 'REDIS_URL' } } },
    ]);
    expect(readSettings({ ...config.data, DATABASE_URL, REDIS_URL, REPLICA_NAME: 'app-1' })).toMatchObject({
      HOST: '0.0.0.0',
      PORT: 3000,
      CACHE_STRATEGY: 'xfetch',
      QUERY_COST_MS: 20,
      DATABASE_URL: 'postgres://scale_lab:password-of-postgres@postgres:5432/postgres',
      REDIS_URL: 'redis://:password-of-redis@redis:6379/0',
    });
  });

  it('have no Redis where it uses no cache', () => {
    const { DATABASE_URL } = backendsSecret(s).stringData ?? {};
    const names = only(deploymentsOf({ cache: { strategy: 'none' } })).container.env?.map(({ name }) => name);
    expect(names).toEqual(['REPLICA_NAME', 'DATABASE_URL']);
    expect(readSettings({ ...only(application().config).data, DATABASE_URL })).not.toHaveProperty('REDIS_URL');
  });

  it('are those of one Deployment, unless one of several replicas is slow', () => {
    expect(deploymentsOf({ replicas: 3 })).toMatchObject([{ name: 'app', replicas: 3 }]);
    expect(deploymentsOf({ replicas: 1, slowReplicaMs: 50 })).toMatchObject([{ name: 'app', replicas: 1 }]);
    const slow = { replicas: 3, slowReplicaMs: 50, app: { queryCostMs: 20 } };
    expect(deploymentsOf(slow)).toMatchObject([
      { name: 'app', replicas: 2 },
      { name: 'app-slow', replicas: 1 },
    ]);
    expect(application(slow).config.map(({ data }) => data?.QUERY_COST_MS)).toEqual(['20', '70']);
  });
});

test('the Service and the headless one find the pods of all its Deployments', () => {
  const { services } = application({ replicas: 3, slowReplicaMs: 50 });
  const selector = { 'scale-lab.run': 'a-run', 'scale-lab.service': 'app' };
  expect(services.map(({ metadata, spec }) => [metadata?.name, spec?.clusterIP, spec?.selector])).toEqual([
    ['app', undefined, selector],
    ['app-pods', 'None', selector],
  ]);
  for (const { template } of deploymentsOf({ replicas: 3, slowReplicaMs: 50 })) {
    expect(template.metadata?.labels).toMatchObject(selector);
  }
});

describe('a new version', () => {
  it('is another template, and nothing else is other', () => {
    const [first, second] = [only(deploymentsOf({}, 1)), only(deploymentsOf({}, 2))];
    expect(first.template.metadata?.annotations).toEqual({ 'scale-lab/version': '1' });
    expect(second.template.metadata?.annotations).toEqual({ 'scale-lab/version': '2' });
    expect(second.pod).toEqual(first.pod);
    expect(application({}, 2).config).toEqual(application({}, 1).config);
  });

  it('takes the place of the old one replica by replica, with never one less', () => {
    expect(only(deploymentsOf()).spec).toMatchObject({
      minReadySeconds: 0,
      progressDeadlineSeconds: 60,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    });
  });

  it('comes and goes gracefully unless told otherwise', () => {
    for (const rollout of [undefined, { atMs: 0, shutdown: 'graceful' }] as const) {
      const { pod, container } = only(deploymentsOf({ rollout }));
      expect(container).toMatchObject({
        startupProbe: { httpGet: { path: '/healthz', port: 3000 } },
        readinessProbe: { httpGet: { path: '/readyz', port: 3000 }, periodSeconds: 1 },
        livenessProbe: { httpGet: { path: '/healthz', port: 3000 } },
        lifecycle: { preStop: { exec: { command: ['sleep', '3'] } } },
      });
      // What it is given has to hold the wait and the application's own grace.
      expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(3 + appGraceMs / 1000);
    }
  });

  it('is killed, and sent requests before it is ready, where that is asked for', () => {
    const { pod, container } = only(deploymentsOf({ rollout: { atMs: 0, shutdown: 'abrupt' } }));
    expect(Object.keys(container)).not.toEqual(expect.arrayContaining([expect.stringMatching(/Probe$|^lifecycle$/)]));
    expect(pod?.terminationGracePeriodSeconds).toBe(0);
    // The kubelet asks every program to end, and waits a moment: this one is not to use it.
    const [config] = application({ rollout: { atMs: 0, shutdown: 'abrupt' } }).config;
    expect(config?.data).toMatchObject({ GRACE_MS: '0', LINGER_MS: '0' });
    expect(application().config[0]?.data?.GRACE_MS).toBe(String(appGraceMs));
  });
});

describe('what it may use', () => {
  it('asks for a little where it has no limit', () => {
    expect(only(deploymentsOf()).container.resources).toEqual({ requests: { cpu: '20m', memory: '128Mi' } });
  });

  it('asks for as much as its limits', () => {
    const { container } = only(deploymentsOf({ limits: { cpu: 0.25, memoryBytes: 268_435_456 } }));
    const limits = { cpu: '250m', memory: '268435456' };
    expect(container.resources).toEqual({ requests: limits, limits });
  });

  it('has a limit for one of the two', () => {
    const { container } = only(deploymentsOf({ limits: { cpu: 2, memoryBytes: undefined } }));
    expect(container.resources).toEqual({ requests: { cpu: '2000m', memory: '128Mi' }, limits: { cpu: '2000m' } });
  });
});

test('it is scaled by its CPU where that is asked for', () => {
  expect(application().autoscaler).toBeUndefined();
  expect(application({ autoscale: { cpu: 0.7, least: 2, most: 6 } }).autoscaler?.spec).toEqual({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app' },
    minReplicas: 2,
    maxReplicas: 6,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
  });
});

test('a lab image that lies in no registry is not looked for in one', () => {
  expect(only(deploymentsOf()).container).toMatchObject({ image: 'scale-lab:test', imagePullPolicy: 'Never' });
});

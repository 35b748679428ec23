import type { V1Deployment, V1Job, V1PodTemplateSpec, V1Service } from '@kubernetes/client-node';
import type { Topology } from '../../../model/plan.ts';
import { type EntryUse, balancedBy } from '../../../model/system.ts';
// What the client sends by; its index does not name it.
import { ObjectSerializer } from '@kubernetes/client-node/dist/serializer.js';
import { describe, expect, it, test } from 'vitest';
import { withMailer } from '../../../../test/conformance/services.ts';
import { topology } from '../../../../test/conformance/topology.ts';
import { storesOf } from '../../../services/system.ts';
import { checkSchema } from '../testing/published-schemas.ts';
import { runNames } from '../testing/run-names.ts';
import type { Manifest, Plain } from './plain.ts';
import { systemManifests } from './system.ts';

const unlimited = { cpu: undefined, memoryBytes: undefined };
const s = runNames();
const systems: readonly (readonly [string, readonly Manifest[]])[] = [
  ['one replica', systemManifests(s, topology({ balancer: undefined }))],
  [
    'three replicas behind nginx',
    systemManifests(s, topology({ replicas: 3, balancer: balancedBy('least-connections') })),
  ],
  ['a slow replica', systemManifests(s, topology({ replicas: 3, slowReplicaMs: 50 }))],
  ['autoscaling', systemManifests(s, topology({ autoscale: { cpu: 0.5, least: 1, most: 4 } }))],
  ['a graceful roll-out', systemManifests(s, topology({ rollout: { atMs: 1_000, shutdown: 'graceful' } }))],
  ['an abrupt roll-out', systemManifests(s, topology({ rollout: { atMs: 1_000, shutdown: 'abrupt' } }))],
  ['limits', systemManifests(s, topology({ limits: { cpu: 0.25, memoryBytes: 256 * 1024 ** 2 } }))],
  ['no cache', systemManifests(runNames({ stores: storesOf([{ ...topology(), hasRedis: false }]) }), topology())],
  ['two services beside the application', systemManifests(s, withTwoBeside())],
  ['four load workers', systemManifests(runNames({ loadLimits: unlimited }), topology(), 4)],
];

/** The notification service, and a second one with limits that has several copies. */
function withTwoBeside(): Topology {
  const limits = { cpu: 0.1, memoryBytes: 128 * 1024 ** 2 };
  const second: EntryUse = { kind: 'entry', name: 'audit', entry: 'notifier', replicas: 2, limits };
  const { services = [], ...system } = withMailer(1, { replicas: 2, balancer: balancedBy('round-robin') });
  return { ...system, services: [...services, second] };
}

/** What a client sends of it: only what its model knows. */
function sent(manifest: Manifest): unknown {
  const version = manifest.apiVersion?.split('/').at(-1)?.toUpperCase() ?? '';
  const serialized: unknown = ObjectSerializer.serialize(manifest, `${version}${manifest.kind}`);
  return serialized;
}

const isDeployment = (manifest: Manifest): manifest is Plain<V1Deployment> => manifest.kind === 'Deployment';
const isJob = (manifest: Manifest): manifest is Plain<V1Job> => manifest.kind === 'Job';
const isService = (manifest: Manifest): manifest is Plain<V1Service> => manifest.kind === 'Service';

function templatesOf(manifests: readonly Manifest[]): readonly Plain<V1PodTemplateSpec>[] {
  const owners = [...manifests.filter(isDeployment), ...manifests.filter(isJob)];
  return owners.flatMap(({ spec }) => spec?.template ?? []);
}

describe.each(systems)('%s', (_, manifests) => {
  it('is what the published schemas take', () => {
    for (const manifest of manifests) expect(() => checkSchema(manifest), manifest.metadata?.name).not.toThrow();
  });

  it('has no field that the models do not know', () => {
    for (const manifest of manifests) {
      expect(sent(manifest)).toEqual(manifest);
      // That this would be seen, for each kind.
      expect(sent(Object.assign({}, manifest, { unknown: 1 }))).toEqual(manifest);
    }
  });

  it('says every name once for each kind', () => {
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata?.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('carries the labels of the run, and lies in its namespace', () => {
    for (const { kind, metadata } of manifests) {
      expect(metadata?.labels).toMatchObject(s.labels);
      if (kind !== 'Namespace') expect(metadata?.namespace).toBe(s.namespace);
    }
    for (const { metadata } of templatesOf(manifests)) {
      expect(metadata?.labels).toMatchObject(s.labels);
      expect(metadata?.labels).toHaveProperty(['scale-lab.service']);
      expect(metadata?.labels).toHaveProperty(['scale-lab.role']);
    }
  });

  it('selects pods by labels that they have', () => {
    for (const { spec } of manifests.filter(isDeployment)) {
      expect(spec?.template.metadata?.labels).toMatchObject(spec?.selector.matchLabels ?? {});
    }
    const labels = templatesOf(manifests).map(({ metadata }) => metadata?.labels);
    for (const { spec } of manifests.filter(isService)) {
      expect(labels).toContainEqual(expect.objectContaining(spec?.selector));
    }
  });

  it('has pods that meet the pod security standard "restricted"', () => {
    for (const { spec: pod } of templatesOf(manifests)) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(pod?.securityContext?.runAsUser).toBeGreaterThan(0);
      expect(pod).not.toHaveProperty('hostNetwork');
      for (const container of pod?.containers ?? []) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
      for (const volume of pod?.volumes ?? []) {
        expect(Object.keys(volume)).toEqual(['name', expect.stringMatching(/^(emptyDir|configMap|secret)$/)]);
      }
    }
  });

  it('has its passwords in Secrets, and nowhere else', () => {
    const telling = manifests.filter((manifest) => JSON.stringify(manifest).includes('password-of-'));
    expect(new Set(telling.map(({ kind }) => kind))).toEqual(new Set(['Secret']));
  });
});

describe('what is wrong is seen', () => {
  const [found] = systemManifests(s, topology()).filter(isDeployment);
  if (found?.spec === undefined) throw new Error('there is no Deployment');
  const { spec } = found;

  test('a field that is misspelt', () => {
    const misspelt = { ...found, spec: { ...spec, replicsa: 3 } };
    expect(sent(misspelt)).not.toEqual(misspelt);
  });

  test('a field that is misspelt in the depth', () => {
    const template = { ...spec.template, spec: { ...spec.template.spec, enableServiceLink: false } };
    const misspelt = { ...found, spec: { ...spec, template } };
    expect(sent(misspelt)).not.toEqual(misspelt);
  });

  test('a value of another type, and one that is missing', () => {
    expect(() => checkSchema(Object.assign({}, found, { spec: { ...spec, replicas: 'three' } }))).toThrow(/replicas/);
    expect(() => checkSchema(Object.assign({}, found, { spec: { replicas: 1 } }))).toThrow(/selector/);
  });
});

test('four replicas of a quarter of a core, and what they need, fit on a node of two cores that has half of them left', () => {
  const limits = { cpu: 0.25, memoryBytes: 256 * 1024 ** 2 };
  const unlimitedLoad = runNames({ loadLimits: unlimited });
  const pods = systemManifests(unlimitedLoad, topology({ replicas: 4, limits, balancer: undefined }), 1);
  // The set-up is over before there is load.
  const staying = pods.filter((manifest) => manifest.kind !== 'Job' || manifest.metadata?.name === 'load');
  const asked = (manifest: Manifest): number => {
    const [template] = templatesOf([manifest]);
    const [container] = template?.spec?.containers ?? [];
    const count = isDeployment(manifest) ? (manifest.spec?.replicas ?? 1) : 1;
    return count * Number.parseInt(container?.resources?.requests?.cpu ?? '0m', 10);
  };
  const sum = staying.reduce((all, manifest) => all + asked(manifest), 0);
  expect(sum).toBeGreaterThan(1_000);
  expect(sum).toBeLessThanOrEqual(1_050);
});

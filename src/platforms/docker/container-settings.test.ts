import { expect, test } from 'vitest';
import { containerSettings } from './container-settings.ts';

const network = { runId: 'r', network: 'scale-lab-r', labels: { 'scale-lab.run': 'r' }, cores: undefined };
const app = { service: 'app', copy: 'app-1', title: 'app-1', image: 'i', command: ['serve'], environment: { A: '1' } };

test('a container may do as little as it needs', () => {
  expect(containerSettings(app, network)).toMatchObject({
    name: 'scale-lab-r-app-1',
    Labels: { 'scale-lab.run': 'r', 'scale-lab.service': 'app-1' },
    Env: ['A=1'],
    HostConfig: {
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      NetworkMode: 'scale-lab-r',
    },
  });
});

test('nothing is published, limited or pinned unless that is asked for', () => {
  const { ExposedPorts, HostConfig } = containerSettings(app, network);
  expect(ExposedPorts).toBeUndefined();
  expect(containerSettings(app, network)).not.toHaveProperty('StopSignal');
  for (const key of ['PortBindings', 'NanoCpus', 'Memory', 'CpusetCpus']) expect(HostConfig).not.toHaveProperty(key);
});

test('a container is asked to end by the signal that it was given', () => {
  expect(containerSettings({ ...app, stopSignal: 'SIGINT' }, network).StopSignal).toBe('SIGINT');
});

test('limits, a published port, a volume with our labels, cores', () => {
  const limits = { cpu: 0.25, memoryBytes: 1000 };
  const settings = containerSettings(
    { ...app, limits, publish: { inside: 3000, at: 15_000 }, volumes: ['/data'] },
    { ...network, cores: '0' },
  );
  expect(settings.HostConfig).toMatchObject({
    NanoCpus: 250_000_000,
    Memory: 1000,
    MemorySwap: 1000,
    CpusetCpus: '0',
    PortBindings: { '3000/tcp': [{ HostIp: '127.0.0.1', HostPort: '15000' }] },
    Mounts: [{ Type: 'volume', Target: '/data', VolumeOptions: { Labels: { 'scale-lab.run': 'r' } } }],
  });
});

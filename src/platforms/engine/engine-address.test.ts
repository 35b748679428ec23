import { expect, test } from 'vitest';
import { LabError } from '../../model/errors.ts';
import { engineAddresses } from './engine-address.ts';

test('without DOCKER_HOST it looks where installations put their sockets', () => {
  const names = engineAddresses({ HOME: '/home/u', XDG_RUNTIME_DIR: '/run/user/1' }).map(({ name }) => name);
  expect(names).toEqual([
    '/var/run/docker.sock',
    '/run/user/1/docker.sock',
    '/home/u/.docker/run/docker.sock',
    '/home/u/.docker/desktop/docker.sock',
  ]);
  expect(engineAddresses({ DOCKER_HOST: '' }).map(({ name }) => name)).toEqual(['/var/run/docker.sock']);
});

test('DOCKER_HOST names the only place to look', () => {
  const [unix, ...others] = engineAddresses({ DOCKER_HOST: 'unix:///tmp/d.sock', HOME: '/home/u' });
  expect(others).toEqual([]);
  expect(unix).toMatchObject({ name: '/tmp/d.sock', isHere: true, options: { socketPath: '/tmp/d.sock' } });

  const [tcp] = engineAddresses({ DOCKER_HOST: 'tcp://10.1.2.3:2375' });
  expect(tcp).toMatchObject({ isHere: false, options: { host: '10.1.2.3', port: 2375, protocol: 'http' } });
  const [secure] = engineAddresses({ DOCKER_HOST: 'tcp://127.0.0.1:2376' });
  expect(secure).toMatchObject({ isHere: true, options: { port: 2376, protocol: 'https' } });
});

test.each(['ssh://me@host', 'nonsense', 'ftp://host', '10.0.0.1:2375'])('%s is refused, with what to do', (host) => {
  const look = (): unknown => engineAddresses({ DOCKER_HOST: host });
  expect(look).toThrow(LabError);
  expect(look).toThrow(/DOCKER_HOST/);
});

test('certificates that are not there are named', () => {
  const environment = { DOCKER_HOST: 'tcp://h:2376', DOCKER_CERT_PATH: '/nowhere' };
  expect(() => engineAddresses(environment)).toThrow('/nowhere');
});

import { expect, test } from 'vitest';
import { balancedBy } from '../../model/system.ts';
import { nginxConfiguration } from './configuration.ts';

const settings = { listen: '127.0.0.1:15000', upstreams: ['127.0.0.1:1', '127.0.0.1:2'] } as const;

test('one server in front of all replicas', () => {
  const text = nginxConfiguration({ ...settings, balancer: balancedBy('round-robin') });
  expect(text).toContain('    server 127.0.0.1:1;\n    server 127.0.0.1:2;\n    keepalive');
  expect(text).toContain('listen 127.0.0.1:15000 ');
  expect(text).not.toContain('least_conn');
});

test('the method of balancing comes before keepalive, or nginx ignores that', () => {
  const text = nginxConfiguration({ ...settings, balancer: balancedBy('least-connections') });
  expect(text).toMatch(/upstream app \{\n {4}least_conn;\n {4}server[^}]*keepalive/);
});

test('connections are not closed on either side while a measurement lasts', () => {
  const text = nginxConfiguration({ ...settings, balancer: balancedBy('round-robin') });
  expect(text.match(/keepalive_requests 1000000000; keepalive_timeout 1h;/g)).toHaveLength(2);
});

test('a request that fails on one replica is tried on others where that is asked for, and then only', () => {
  const of = (retries: number): string =>
    nginxConfiguration({ ...settings, balancer: { ...balancedBy('round-robin'), retries } });
  expect(of(0)).toContain('proxy_next_upstream off;');
  // So many tries in all.
  expect(of(2)).toContain('proxy_next_upstream error timeout; proxy_next_upstream_tries 3;');
});

test('without health checks a replica that does not answer gets its turn all the same', () => {
  const of = (healthChecks: boolean): string =>
    nginxConfiguration({ ...settings, balancer: { ...balancedBy('round-robin'), healthChecks } });
  expect(of(false).match(/server 127\.0\.0\.1:\d max_fails=0;/g)).toHaveLength(2);
  expect(of(true)).not.toContain('max_fails');
});

test('where no replica runs it is started all the same, and refuses', () => {
  expect(nginxConfiguration({ ...settings, upstreams: [], balancer: undefined })).toContain('server 127.0.0.1:1;');
});

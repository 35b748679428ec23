import { expect, test } from 'vitest';
import { nginxConfiguration } from './configuration.ts';

const settings = { listen: '127.0.0.1:15000', upstreams: ['127.0.0.1:1', '127.0.0.1:2'] } as const;

test('one server in front of all replicas', () => {
  const text = nginxConfiguration({ ...settings, balancer: 'round-robin' });
  expect(text).toContain('    server 127.0.0.1:1;\n    server 127.0.0.1:2;\n    keepalive');
  expect(text).toContain('listen 127.0.0.1:15000 ');
  expect(text).not.toContain('least_conn');
});

test('the method of balancing comes before keepalive, or nginx ignores that', () => {
  const text = nginxConfiguration({ ...settings, balancer: 'least-connections' });
  expect(text).toMatch(/upstream app \{\n {4}least_conn;\n {4}server[^}]*keepalive/);
});

test('connections are not closed on either side while a measurement lasts', () => {
  const text = nginxConfiguration({ ...settings, balancer: 'round-robin' });
  expect(text.match(/keepalive_requests 1000000000; keepalive_timeout 1h;/g)).toHaveLength(2);
});

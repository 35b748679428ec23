// The least that a cached read can be in Hono: one Redis GET and the text as it is. The reference app is held against it.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createClient } from 'redis';

const redis = createClient({ url: process.env.REDIS_URL ?? '' });
await redis.connect();
const app = new Hono();
app.get('/todos/:id', async (c) => {
  const text = await redis.get(`todo:${c.req.param('id')}`);
  return text === null ? c.notFound() : c.body(text, 200, { 'content-type': 'application/json' });
});
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
  process.stdout.write(`${JSON.stringify({ msg: 'listening', port })}\n`);
});
process.on('SIGTERM', () => {
  server.close();
  redis.destroy();
});

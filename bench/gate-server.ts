// A server whose service time is known: it works for so many microseconds on each request (SERVICE_US), and answers.
import { createServer } from 'node:http';

const serviceMs = Number(process.env.SERVICE_US) / 1000;
const server = createServer((_request, response) => {
  const endMs = performance.now() + serviceMs;
  while (performance.now() < endMs);
  response.end('ok');
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ address: server.address() })}\n`);
});
process.on('SIGTERM', () => process.exit(0));

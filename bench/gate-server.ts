// A server whose service time is known: it uses so many microseconds of CPU for each request (SERVICE_US), and answers.
import { createServer } from 'node:http';

const serviceUs = Number(process.env.SERVICE_US);
const server = createServer((_request, response) => {
  const before = process.cpuUsage();
  let used = { user: 0, system: 0 };
  // Of CPU, and not of time: other work on the machine makes it take longer, and cost no less.
  while (used.user + used.system < serviceUs) used = process.cpuUsage(before);
  response.end('ok');
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));

// A small shop with three routes, as a pull request would find it; CHANGE names what the pull request does to it.
// What goes wrong now and then is counted and not drawn, so that each run has as much of it.
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const change = process.env.CHANGE;
if (change === 'crash') throw new Error('no such table: items');

const searchUs = change === 'slow-route' ? 1.3 * 400 : 400;
const queryMs = 5;
const items = Array.from({ length: 20 }, (_, id) => ({ id, name: `item ${id}`, cents: 100 * id }));
const ordered = [3, 7, 11];
const kept: Buffer[] = [];
let asked = 0;

/** Of CPU, and not of time: other work on the machine makes it take longer, and cost no less. */
function search(): typeof items {
  const before = process.cpuUsage();
  let used = { user: 0, system: 0 };
  while (used.user + used.system < searchUs) used = process.cpuUsage(before);
  return items;
}

/** A database that is somewhere else takes its time, and no CPU of ours. */
async function query<T>(rows: T): Promise<T> {
  await pause(queryMs);
  return rows;
}

async function orders(): Promise<unknown> {
  const user = await query({ id: 1 });
  const wanted = await query(ordered);
  if (change !== 'n+1') return { user, items: await query(wanted.map((id) => items[id])) };
  const found: unknown[] = [];
  for (const id of wanted) found.push(await query(items[id]));
  return { user, items: found };
}

async function contentOf(path: string | undefined): Promise<unknown> {
  if (change === 'not-found') return undefined;
  if (path === '/orders') return orders();
  return path === '/items' ? search() : items.find(({ id }) => path === `/items/${id}`);
}

const server = createServer((request, response) => {
  const number = ++asked;
  if (change === 'hangs' && number % 500 === 0) return;
  if (change === 'leak') kept.push(Buffer.alloc(10_000, number));
  if (change === 'no-keep-alive') response.setHeader('connection', 'close');
  void contentOf(request.url).then((content) => {
    const isBroken = change === 'errors' && number % 50 === 0;
    response.writeHead(isBroken ? 500 : content === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(content ?? {}));
  });
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));

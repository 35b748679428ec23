// The link: a program that stands between two services and hands on what they say to each other, until it is told to be slow or to be
// cut. It is part of the system from the beginning, so that it costs all variants of a scenario the same.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exitCodes, LabError, messageOf } from '../model/errors.ts';
import { createControl } from './control.ts';
import { Link } from './link.ts';
import { readSettings } from './settings.ts';

// It holds nothing that has to be brought to an end; process 1 of a container ignores signals unless they are listened to.
process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));

try {
  const { host, controlPort, seed, pairs } = readSettings(process.argv.slice(2), process.env);
  const links = await Promise.all(pairs.map((pair) => Link.open(pair, host, seed)));
  const control = createServer(createControl(links)).listen(controlPort, host);
  await once(control, 'listening');
  const ports = Object.fromEntries(links.map(({ name, port }) => [name, port]));
  const { port } = control.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ msg: 'listening', control: port, links: ports })}\n`);
} catch (error) {
  const details = error instanceof LabError ? error.details : [];
  process.stderr.write(['link: ' + messageOf(error), ...details, ''].join('\n'));
  process.exit(error instanceof LabError ? error.exitCode : exitCodes.lab);
}

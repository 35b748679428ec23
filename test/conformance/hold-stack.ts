// Brings a stack up with an application on it, says so, and stays until it is killed: a run that gets no chance to clean up.
import { openPlatform } from '../../src/platforms/index.ts';
import { platformNames } from '../../src/platforms/platform.ts';
import { stores, topology } from './topology.ts';

const [platformName, temporaryFolder = '', runId = ''] = process.argv.slice(2);
const name = platformNames.find((known) => known === platformName);
if (name === undefined) throw new Error(`no platform ${String(platformName)}`);

const { signal } = new AbortController();
const platform = await openPlatform(name, { environment: process.env, temporaryFolder });
const stack = await platform.up({ stores, runId, signal, onStep: () => undefined });
await stack.deploy(topology({ replicas: 2 }), signal);
process.stdout.write('up\n');
setInterval(() => stack, 60_000);

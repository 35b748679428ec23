import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { packageFolder } from '../../src/machine/package.ts';
import type { HostedTopology } from '../../src/model/plan.ts';
import { defaultImages } from '../../src/platforms/common/image-names.ts';
import { storesOf } from '../../src/services/system.ts';
import type { Bench } from './platform-under-test.ts';
import { problemOfEntry } from './requirements.ts';
import { plainTarget } from './topology.ts';

const { signal } = new AbortController();
const onStep = (): void => undefined;

/** A client of AMQP with a broker beside it, as this kind of platform starts it. */
async function client({ platform, environment }: Bench): Promise<HostedTopology> {
  const limits = { cpu: undefined, memoryBytes: undefined };
  const broker = { kind: 'entry', name: 'broker', entry: 'rabbitmq', replicas: undefined, limits } as const;
  // Smaller than what fits into a variable; no image has to be built for it.
  const common = { ...plainTarget, environment: { CODE: await clientCode() }, services: [broker] };
  const start = `eval(zlib.gunzipSync(Buffer.from(process.env.CODE, 'base64')).toString())`;
  if (platform.hosts.includes('command')) {
    const command = `exec ${process.execPath} -e "${start}"`;
    return { kind: 'command', command, folder: '/', port: undefined, ...common };
  }
  const { SCALE_LAB_NODE_IMAGE: image = defaultImages.node } = environment;
  return { kind: 'image', image, args: ['node', '-e', start], port: 3000, ...common };
}

async function clientCode(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(packageFolder, 'test/conformance/broker-client.ts')],
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  });
  return gzipSync(outputFiles.map(({ text }) => text).join('')).toString('base64');
}

/** What every platform must show of a broker: a store that is none of the reference app's. */
export function describeBroker(bench: () => Bench): void {
  describe('runs a broker of the catalogue', () => {
    // It takes its time to start, and where its image is pulled more of it.
    test('that gives back what it was sent, and nothing of it stays', { timeout: 600_000 }, async (context) => {
      const { platform, traces, runIdFor } = bench();
      const problem = problemOfEntry('rabbitmq', await platform.requirements(signal));
      if (problem !== undefined) context.skip(`platform ${platform.name}: ${problem}`);
      const runId = runIdFor('broker');
      const wanted = await client(bench());
      {
        const stores = storesOf([wanted]);
        await using stack = await platform.up({ stores, runId, signal, publish: true, open: true, onStep });
        expect(stack.versions.rabbitmq).toMatch(/^\d+\.\d+/);
        const deployment = await stack.deploy(wanted, signal);
        const answer = await fetch(`${String(deployment.address)}/?messages=100`);
        expect(await answer.json()).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
        const usage = (await deployment.usage?.(signal)) ?? [];
        // A cluster tells of what has run for a minute.
        if (!platform.orchestrates) expect(usage.map(({ service }) => service)).toContain('broker');
        expect(await traces(runId)).not.toEqual([]);
      }
      expect(await traces(runId)).toEqual([]);
    });
  });
}

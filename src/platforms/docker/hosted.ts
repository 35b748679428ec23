import type { HostedTopology } from '../../model/plan.ts';
import { untilReady } from '../common/answer.ts';
import { hostedName, readinessOf, withHint } from '../common/hosting.ts';
import { ensureHostedImage } from '../engine/base-images.ts';
import type { Agent } from './agent-connection.ts';
import type { Replica } from './app.ts';
import type { RunContext } from './run-context.ts';

/** An image of the user's own. */
export type ImageTopology = Extract<HostedTopology, { readonly kind: 'image' }>;

/** Starts one replica of an image of the user's own within its limits, and waits until it is ready. */
export async function startHosted(
  run: RunContext,
  agent: Agent,
  system: ImageTopology,
  number: number,
  signal: AbortSignal,
): Promise<Replica> {
  const { engine, publish, onStep } = run.settings;
  const { port, limits } = system;
  const image = await ensureHostedImage(engine, system.image, onStep, signal);
  const name = hostedName(number);
  const container = await run.start(
    {
      service: name,
      title: name,
      image: image.name,
      command: system.args,
      environment: { ...system.environment, PORT: String(port) },
      volumes: image.volumes,
      isForeign: true,
      limits,
      // The first one is the front where there is no balancer.
      publish: publish && number === 1 ? port : undefined,
    },
    signal,
  );
  const url = `http://${name}:${port}`;
  const { path, accepts } = readinessOf(system);
  const hint = `It has to listen on port ${port} of all addresses (0.0.0.0); the variable PORT says so, too.`;
  await withHint(hint, () =>
    container.ready((limited) => untilReady(url + path, limited, agent.ask, accepts), signal, system.readyLimitMs),
  );
  return { name, number, port, url, container };
}

import { together } from '../../../machine/together.ts';
import { step, type OnStep } from '../../../model/steps.ts';
import type { Service } from '../../../services/service.ts';
import { objectsOf, workloadOf } from '../manifests/workload.ts';
import { isOneReady } from '../pods/pod-state.ts';
import { podLog } from '../pods/pods.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';

/** Versions of what runs, by name. */
type Versions = Readonly<Record<string, string>>;

/** Starts the stores of a run, and waits until they are ready. Returns their versions. */
export async function startStores(run: RunNamespace, onStep: OnStep, signal: AbortSignal): Promise<Versions> {
  const { stores } = run.names;
  await run.create(
    stores.flatMap((store) => objectsOf(workloadOf(run.names, store))),
    signal,
  );
  const versions = await together(signal, (limited) =>
    stores.map((store) => step(onStep, `${store.title} starts`, () => started(run, store, limited))),
  );
  return Object.fromEntries(versions.flat());
}

/** Waits for a store, and reads its version from what it said as it started. */
async function started(
  run: RunNamespace,
  { name, title, version }: Service,
  signal: AbortSignal,
): Promise<readonly (readonly [string, string])[]> {
  const [pod] = await run.until({ service: name }, title, isOneReady, signal, [{ deployment: name }]);
  if (version?.log === undefined) return [];
  const log = pod === undefined ? '' : await podLog(run.cluster, run.name, pod, signal);
  return [[version.name, version.log.exec(log)?.groups?.version ?? 'unknown']];
}

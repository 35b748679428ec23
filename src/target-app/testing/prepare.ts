import { readSettings } from '../settings.ts';
import { runSteps } from '../steps.ts';

/** Migrates, seeds and flushes, as a deployment would. */
export async function prepare(environment: Record<string, string>): Promise<void> {
  await runSteps(['migrate', 'seed', 'flush'], readSettings(environment), () => undefined);
}

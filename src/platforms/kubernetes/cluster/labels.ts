import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import type { Environment } from '../../../machine/environment.ts';

/** The longest value that a label may have. */
const longest = 63;

/**
 * The machine that owners live on, as the value of a label: a process id means something there only. Its name alone would not
 * do, because machines of the same name may share a cluster, and one must not clean up what another one runs.
 */
export async function hostIdentity({ SCALE_LAB_HOST = '' }: Environment): Promise<string> {
  if (SCALE_LAB_HOST !== '') return labelValue(SCALE_LAB_HOST);
  const digest = createHash('sha256')
    .update(await machineOf())
    .digest('hex')
    .slice(0, 8);
  return `${labelValue(os.hostname()).slice(0, longest - digest.length - 1)}-${digest}`;
}

/** What tells this machine from others of its name: the id that the system got when it was installed, else its network card. */
async function machineOf(): Promise<string> {
  const id = await readFile('/etc/machine-id', 'utf8').catch(() => '');
  return id.trim() === '' ? (os.networkInterfaces().en0?.[0]?.mac ?? '') : id;
}

/** A text with what a label's value may hold: letters, digits, `-`, `_` and `.`, the first and the last of them no sign. */
export function labelValue(text: string): string {
  return text
    .replaceAll(/[^\w.-]/g, '-')
    .slice(0, longest)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}

/** A selector of the API for what carries all of these. */
export function selector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

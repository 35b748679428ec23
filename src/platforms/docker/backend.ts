import type { Container } from './container.ts';

/** A backend that runs, as the application sees it. */
export interface Backend {
  readonly url: string;
  readonly version: string;
  readonly container: Container;
}

/** Between two looks of the Engine's own at the health of a backend: so rare that no measurement feels it. */
export const healthEveryMs = 30_000;

/** The first version number in what a program printed. */
export function versionIn(printed: string): string {
  return /\d+(\.\d+)+/.exec(printed)?.[0] ?? 'unknown';
}

/** A command that asks until the answer is yes, then prints the program's version: one start of a process for all of it. */
export function askUntil(question: string, version: string): readonly string[] {
  return ['sh', '-c', `until ${question} >/dev/null 2>&1; do sleep 0.05; done; ${version}`];
}

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runRecordSchema, type RunRecord } from '../../src/record/run-record.ts';
import { findInhabitants } from '../inhabitants.ts';

/** A folder to run the command in, with a temporary folder of its own, so that what a run leaves there can be counted. */
export class Workbench implements AsyncDisposable {
  readonly folder: string;
  readonly temporary: string;
  readonly env: NodeJS.ProcessEnv;

  private constructor(folder: string) {
    this.folder = folder;
    this.temporary = path.join(folder, 'tmp');
    this.env = { ...process.env, TMPDIR: this.temporary };
  }

  static async create(): Promise<Workbench> {
    const bench = new Workbench(await mkdtemp(path.join(os.tmpdir(), 'scale-lab-e2e-')));
    await mkdir(bench.temporary, { mode: 0o755 });
    // PostgreSQL may have to run as another user, who has to get through.
    const { chmod } = await import('node:fs/promises');
    await chmod(bench.folder, 0o755);
    return bench;
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(path.join(this.folder, name), text);
  }

  /** The record of the only run in `results/`. */
  async onlyRun(): Promise<RunRecord> {
    const ids = await readdir(path.join(this.folder, 'results'));
    if (ids.length !== 1) throw new Error(`there are ${ids.length} runs`);
    const text = await readFile(path.join(this.folder, 'results', ids[0] ?? '', 'run.json'), 'utf8');
    return runRecordSchema.parse(JSON.parse(text));
  }

  /** What runs have left: folders in the temporary folder, and processes that live there. */
  async leftovers(): Promise<readonly string[]> {
    const processes = await findInhabitants(this.temporary);
    // minikube writes down there what it is asked, whoever asks it.
    const files = (await readdir(this.temporary)).filter((name) => !/^minikube[-_]/.test(name));
    return [...files, ...processes.map(({ command }) => command)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

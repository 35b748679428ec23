import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { makeFolder, writeWhole } from '../machine/folder.ts';
import { LabError, messageOf, UsageError } from '../model/errors.ts';
import { asSaidNow } from './earlier-records.ts';
import { recordVersion, runRecordSchema, type RunRecord } from './run-record.ts';

/** A name for a run that sorts by time and is no other run's: `20261121-224003-3fa9`. */
export function newRunId(now: Date): string {
  const digits = now.toISOString().replaceAll(/[-:]/g, '').slice(0, 15).replace('T', '-');
  return `${digits}-${randomBytes(2).toString('hex')}`;
}

/** Where a run keeps its record and its reports: `<results>/<run id>/`. */
export interface RunFolder {
  readonly path: string;
  /** Writes a file, in a folder of it where the name says so, whole or not at all: a reader never sees half a record. */
  write(name: string, text: string): Promise<void>;
}

/**
 * Makes the folder of a run.
 * @throws {LabError} where it cannot be made or written to
 */
export async function createRunFolder(results: string, runId: string): Promise<RunFolder> {
  const folder = path.resolve(results, runId);
  const refusal = (error: unknown): LabError =>
    new LabError(`Results cannot be written to ${folder}: ${messageOf(error)}.`, {
      hint: 'Name another folder with --out, or make room there.',
      cause: error,
    });
  try {
    await makeFolder(folder);
  } catch (error) {
    throw refusal(error);
  }
  return {
    path: folder,
    async write(name, text) {
      const file = path.join(folder, name);
      try {
        await makeFolder(path.dirname(file));
        await writeWhole(file, text);
      } catch (error) {
        throw refusal(error);
      }
    },
  };
}

/** What a record of any version has said of itself. */
const anyRecordSchema = z.object({
  version: z.int().optional(),
  labVersion: z.string().optional().catch(undefined),
  command: z.string().optional().catch(undefined),
});

/** Why a record cannot be read, and what to do: one that is of this lab, or of another. */
function unreadable(location: string, json: unknown, error: z.ZodError): UsageError {
  const { version, labVersion, command } = anyRecordSchema.safeParse(json).data ?? {};
  const again = command === undefined ? 'run the same again with this lab' : `make a new one: ${command}`;
  if (version === undefined || version === recordVersion) {
    const details = z.prettifyError(error).split('\n').slice(0, 10);
    const hint =
      version === undefined
        ? 'Name the run.json of a run, or its folder: results/<run id>.'
        : `It was changed, or an unreleased scale-lab wrote it: ${again}`;
    return new UsageError(`${location} is not a run record of version ${recordVersion}.`, {
      hint,
      details,
      cause: error,
    });
  }
  const writer = labVersion === undefined ? '' : `, by scale-lab ${labVersion}`;
  return new UsageError(
    `${location} was written in version ${version} of the format${writer}; this lab reads version ${recordVersion}.`,
    {
      hint:
        version > recordVersion
          ? `Read it with that scale-lab, or a newer one; or ${again}`
          : `No lab turns an old record into a new one; ${again}`,
      cause: error,
    },
  );
}

/**
 * Reads a saved run.
 * @param location a `run.json`, or the folder that holds one
 * @throws {UsageError} where there is none, or it is not a record that this version understands
 */
export async function readRun(location: string): Promise<RunRecord> {
  const hint = 'Name the run.json of a run, or its folder: results/<run id>.';
  let text: string;
  try {
    const isFolder = (await stat(location)).isDirectory();
    text = await readFile(isFolder ? path.join(location, 'run.json') : location, 'utf8');
  } catch (error) {
    throw new UsageError(`There is no run to read at ${location}: ${messageOf(error)}.`, { hint, cause: error });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${location} is not JSON: ${messageOf(error)}.`, { hint, cause: error });
  }
  const parsed = runRecordSchema.safeParse(asSaidNow(json));
  if (parsed.success) return parsed.data;
  throw unreadable(location, json, parsed.error);
}

/** Every whole run under a folder, and why others cannot be read; none where there is no such folder. */
export async function readRuns(
  results: string,
): Promise<{ readonly runs: readonly RunRecord[]; readonly unread: readonly LabError[] }> {
  const names = await readdir(results).catch(() => []);
  const folders = names.filter((name) => existsSync(path.join(results, name, 'run.json')));
  const read = await Promise.all(
    folders.map(async (name) =>
      readRun(path.join(results, name)).catch((error: unknown) => {
        if (error instanceof LabError) return error;
        throw error;
      }),
    ),
  );
  return {
    runs: read.flatMap((run) => (!(run instanceof LabError) && run.status === 'complete' ? [run] : [])),
    unread: read.flatMap((run) => (run instanceof LabError ? [run] : [])),
  };
}

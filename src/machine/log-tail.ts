import { open, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { ServiceLog } from '../model/errors.ts';
import type { Subject } from '../model/subject.ts';

const entry = z.object({
  msg: z.string(),
  err: z.object({ message: z.string() }).optional(),
});

type Entry = z.infer<typeof entry>;

/** So much of a log is read at once, and kept of one that explains a failure. */
const mostLogBytes = 2 ** 20;

/** What is asked of a platform that gives the ends of logs by lines; each of its lines is 16 KiB at most. */
export const mostLogLines = 2_000;

/** The end of what a file holds from a place on, however much that is; empty where there is no such file. */
export async function readLogEnd(file: string, fromByte = 0): Promise<string> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  const most = mostLogBytes + 1;
  return endOfLog(await readPiece(file, Math.max(fromByte, size - most), most));
}

/** A piece of a file; empty where there is nothing, or no such file. */
export async function readPiece(file: string, fromByte: number, mostBytes: number): Promise<Buffer> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return Buffer.alloc(0);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, fromByte);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The end of a log of which more may have been read than is kept; a `…` stands before what does not begin with a line. */
export function endOfLog(bytes: Buffer): string {
  if (bytes.length <= mostLogBytes) return bytes.toString('utf8');
  const cut = bytes.subarray(bytes.length - mostLogBytes);
  // Half a line may begin with half a secret, which nobody would know again.
  const lineEnd = cut.indexOf('\n');
  if (lineEnd !== -1 && lineEnd < cut.length - 1) return cut.subarray(lineEnd + 1).toString('utf8');
  // The bytes of half a character are no part of a secret that would be known again either.
  return `…${cut.toString('utf8').replace(/^\uFFFD+/, '')}`;
}

/** The last lines of a log that say something, JSON lines as the text that they carry. */
export function logTail(text: string, count = 15): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .flatMap((line) => readable(line.trimEnd()).split('\n'));
}

/** What is told of a copy that failed, and what is kept: the last lines of its log, and the end of it. */
export function withLog(
  { service, copy }: Subject,
  log: string,
): { readonly details: readonly string[]; readonly logs: readonly ServiceLog[] } {
  return { details: logTail(log), logs: [{ service, copy, text: log }] };
}

function readable(line: string): string {
  const parsed = parseEntry(line);
  if (parsed === undefined) return line;
  const { msg, err } = parsed;
  return err === undefined || msg.includes(err.message) ? msg : `${msg}: ${err.message}`;
}

function parseEntry(line: string): Entry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return entry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** What to do about a failure whose log has one of the usual explanations. */
export function hintFor(lines: readonly string[], folder: string): string | undefined {
  const text = lines.join('\n');
  if (/ENOSPC|No space left on device/i.test(text)) return diskFullHint(folder);
  if (/Too many open files|EMFILE/i.test(text)) return 'Raise the limit on open files: ulimit -n 65536';
  if (/error while loading shared libraries|Library not loaded/i.test(text)) {
    return 'A library is missing: remove node_modules and run npm ci again.';
  }
  if (/Permission denied|EACCES/i.test(text)) {
    return `A service may not enter ${folder}; set TMPDIR to a folder that every user may enter, such as /tmp.`;
  }
  return undefined;
}

/** What to do when the disk that holds the run's folder is full. */
export function diskFullHint(folder: string): string {
  return `The disk that holds ${folder} is full; make room, or set TMPDIR to a folder that has 200 MB free.`;
}

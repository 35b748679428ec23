import { z } from 'zod';

const entry = z.object({
  msg: z.string(),
  port: z.number().optional(),
  err: z.object({ message: z.string() }).optional(),
});

type Entry = z.infer<typeof entry>;

/** The last lines of a log that say something, JSON lines as the text that they carry. */
export function logTail(text: string, count = 15): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .flatMap((line) => readable(line.trimEnd()).split('\n'));
}

/** The port that the application says it listens on; undefined until it does. */
export function listeningPort(log: string): number | undefined {
  // Up to the last line break: what follows is still being written.
  const lines = log.slice(0, log.lastIndexOf('\n') + 1).split('\n');
  return lines.map(parseEntry).find((parsed) => parsed?.msg === 'listening')?.port;
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

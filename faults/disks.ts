import { execFile } from 'node:child_process';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { commandNames, type FaultCase, placeNames } from './case.ts';
import { streamFile } from './lab.ts';
import { type Armed, type Expectation, type Fault, ifGivenUp, type Scene, unlessAtEnd, wellEnded } from './fault.ts';

const run = promisify(execFile);

/** All that keep results. */
const keeping = commandNames.filter((name) => name !== 'up');

/** A disk of its own that holds a folder of the case, and how large it is. */
interface Disk {
  /** In the folder of the case. */
  readonly folder: string;
  readonly megabytes: number;
  /** The file there that is written to all the time. */
  readonly stream?: string;
}

const filler = 'filler';

/** Only root may mount a disk of its own. */
function mountProblem(): string | undefined {
  const isPossible = process.platform === 'linux' && process.getuid?.() === 0;
  return isPossible ? undefined : 'a small disk to be filled is mounted by root on Linux, and by nobody else';
}

/** Puts a folder on a small disk; at the moment of the case nothing more fits there. */
async function armDisk({ bench }: Scene, { folder, megabytes, stream }: Disk): Promise<Armed> {
  const at = path.join(bench.folder, folder);
  await mkdir(at, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'scale-lab-faults', at]);
  return {
    strike: async (lab) => {
      await fill(path.join(at, filler), 'w');
      // Its last page has room for a while.
      if (stream !== undefined) await fill(path.join(at, stream), 'a');
      return lab.code === undefined;
    },
    mend: () => rm(path.join(at, filler), { force: true }),
    close: () => run('umount', ['-l', at]),
  };
}

/** Takes all the room that there is, in smaller and smaller pieces, as empty lines. */
async function fill(file: string, flag: 'w' | 'a'): Promise<void> {
  await using handle = await open(file, flag);
  for (let bytes = 2 ** 22; bytes >= 1;) {
    try {
      await handle.write('\n'.repeat(bytes));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      bytes = Math.floor(bytes / 4);
    }
  }
}

const noRoom = /ENOSPC|no space left|disk .*full/i;

const fullForData: Fault = {
  name: 'full disk for data',
  platforms: ['local'],
  commands: commandNames,
  missing: mountProblem,
  arm: (scene) => armDisk(scene, { folder: 'tmp', megabytes: 512 }),
  // What is there may be all that is needed.
  expects: () => ({ codes: [...wellEnded, 4], says: ifGivenUp(noRoom) }),
};

const fullForResults: Fault = {
  name: 'full disk for results',
  platforms: placeNames,
  commands: keeping,
  missing: mountProblem,
  arm: (scene) => armDisk(scene, { folder: 'results', megabytes: 8 }),
  // Where no byte fits any more, nobody can write how the run ended either.
  expects: (kase) => ({
    codes: unlessAtEnd(kase, [4]),
    says: ifGivenUp(/cannot be written to .*ENOSPC/),
    leavesRecord: true,
  }),
};

function fullForStream(folder: 'out' | 'err', name: string): Fault {
  return {
    name: `full disk for ${name.toLowerCase()}`,
    platforms: placeNames,
    commands: keeping,
    needsJson: folder === 'out',
    missing: mountProblem,
    arm: (scene) => armDisk(scene, { folder, megabytes: 4, stream: streamFile }),
    expects: (kase) => ({
      codes: unlessAtEnd(kase, [4]),
      says: ifGivenUp(new RegExp(`${name} cannot be written to: ENOSPC`)),
    }),
  };
}

/** A file stands where the results were, or were to be: nobody can write there, not even root. */
const unwritable: Fault = {
  name: 'results folder that cannot be written',
  platforms: placeNames,
  commands: keeping,
  arm: ({ bench }) => ({
    strike: async (lab) => {
      const results = path.join(bench.folder, 'results');
      await rename(results, path.join(bench.folder, 'results-before')).catch(() => undefined);
      await writeFile(results, '');
      return lab.code === undefined;
    },
  }),
  expects: (kase) => ({
    codes: unlessAtEnd(kase, [4]),
    says: ifGivenUp(/Results cannot be written to /),
    leavesRecord: true,
  }),
};

const gone = /cannot be used|not there|No such file|ENOENT|could not open|does not exist|(?:was|were) removed/i;

const temporaryRemoved: Fault = {
  name: 'temporary folder removed',
  platforms: ['local'],
  commands: commandNames,
  arm: ({ bench: { temporary } }) => ({
    strike: async (lab) => {
      await rm(temporary, { recursive: true, force: true, maxRetries: 20 });
      return lab.code === undefined;
    },
    mend: () => mkdir(temporary, { recursive: true }),
  }),
  expects: (kase: FaultCase): Expectation => ({
    codes: kase.command === 'up' && kase.phase !== 'set-up' ? [0] : [...wellEnded, 4],
    says: ifGivenUp(gone),
  }),
};

/** What is done to the disks and folders that the lab writes to. */
export const disks: readonly Fault[] = [
  fullForData,
  fullForResults,
  fullForStream('out', 'Standard output'),
  fullForStream('err', 'Standard error'),
  unwritable,
  temporaryRemoved,
];

// Sets up a fresh clone: packages, build, and the programs that the local platform needs. Says one line for each thing that
// it does, and takes no time when there is nothing to do. Plain Node, because nothing is installed yet when it runs.
import { build, buildIsCurrent } from './setup/build.mjs';
import { say, SetupError } from './setup/common.mjs';
import { releaseLock, takeLock } from './setup/lock.mjs';
import { installPackages, packagesAreInstalled } from './setup/packages.mjs';
import { installPrograms, missingPrograms } from './setup/programs.mjs';

const cannot = 4; // as in src/model/errors.ts: the lab itself could not do it

// What there is to do. Each step says whether it is done, and does it.
const steps = [
  { isDone: packagesAreInstalled, do: installPackages },
  { isDone: buildIsCurrent, do: build },
  { isDone: () => missingPrograms().length === 0, do: installPrograms },
];

async function setUp() {
  checkNode();
  if (steps.every((step) => step.isDone())) {
    if (!process.argv.includes('--quiet-if-done')) say('Everything is set up.');
    return;
  }
  await takeLock();
  try {
    // Again, one by one: another set-up may have done some of it while this one waited.
    for (const step of steps) if (!step.isDone()) await step.do();
  } finally {
    releaseLock();
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(`scale-lab needs Node.js 20.19 or later; this is ${process.versions.node}.`);
}

try {
  await setUp();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = cannot;
}

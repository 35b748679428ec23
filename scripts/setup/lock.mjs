// One set-up at a time.
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot, read, say } from './common.mjs';

const lockFile = inRoot('.cache/setup.lock');

/** Who holds the lock: a process id alone may be somebody else's by now. */
function identity(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return undefined;
  }
  const stat = read(`/proc/${pid}/stat`);
  return `${pid} ${stat === undefined ? '' : stat.slice(stat.lastIndexOf(')')).split(' ')[20]}`;
}

/** Waits for its turn. */
export async function takeLock() {
  mkdirSync(path.dirname(lockFile), { recursive: true });
  const own = `${lockFile}.${process.pid}`;
  writeFileSync(own, identity(process.pid));
  try {
    let told = false;
    for (;;) {
      try {
        linkSync(own, lockFile); // atomic, and never without its content
        return;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      const holder = read(lockFile);
      if (holder === undefined) continue;
      if (identity(Number.parseInt(holder, 10)) !== holder) breakLock(holder, `${own}.stale`);
      if (!told) say(`Waiting for another set-up (process ${holder.split(' ')[0]})`);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Takes away the lock of a process that is gone, unless somebody was faster and the lock is already a new one. */
function breakLock(holder, aside) {
  try {
    renameSync(lockFile, aside);
    if (read(aside) !== holder) linkSync(aside, lockFile);
  } catch {
    // Somebody was faster.
  }
  rmSync(aside, { force: true });
}

/** Lets the next one have its turn. */
export function releaseLock() {
  rmSync(lockFile, { force: true });
}

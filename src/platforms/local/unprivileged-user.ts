import { readFile } from 'node:fs/promises';

/** A user and a group by number. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

const fallback: User = { uid: 65534, gid: 65534 };

/** Finds `nobody` in the text of /etc/passwd. */
export function findNobody(passwd: string): User {
  for (const line of passwd.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name !== 'nobody' || uid === undefined || gid === undefined) continue;
    const user = { uid: Number(uid), gid: Number(gid) };
    // macOS numbers it -2, which is not a number that a process can be started with.
    if (user.uid > 0 && user.gid > 0) return user;
  }
  return fallback;
}

/** The user that PostgreSQL runs as, which refuses to run as root; undefined where the lab is not root anyway. */
export async function unprivilegedUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return findNobody(await readFile('/etc/passwd', 'utf8').catch(() => ''));
}

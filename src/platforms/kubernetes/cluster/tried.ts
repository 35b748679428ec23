import { isOlder } from '../../../machine/versions.ts';

/** The Kubernetes that this release was tried on. */
const tried = '1.37';
/** The oldest whose published schemas its manifests are checked against. */
const oldestChecked = '1.27';

/** What speaks against a version of Kubernetes; undefined where nothing does. */
export function doubtOf(version: string): string | undefined {
  if (isOlder(version, oldestChecked)) {
    return `it is older than Kubernetes ${oldestChecked}, the oldest that the lab's objects are checked for`;
  }
  if (!isOlder(version, tried)) return undefined;
  return `it is older than Kubernetes ${tried}, which the lab was tried on; for ${oldestChecked} and later its objects are checked`;
}

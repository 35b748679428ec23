// The packages that the lock file asks for.
import { hash, inRoot, npm, read, readJson, readStamp, say, writeStamp } from './common.mjs';

function packagesStamp() {
  return `${hash(read(inRoot('package-lock.json')) ?? '')} node ${process.versions.node.split('.')[0]}`;
}

export function packagesAreInstalled() {
  const installed = readJson(inRoot('node_modules/.package-lock.json')).packages;
  if (installed === undefined) return false;
  if (readStamp().packages === packagesStamp()) return true;
  if (!matchesLock(installed)) return false;
  writeStamp({ packages: packagesStamp() });
  return true;
}

/** Whether npm's own record of what it installed, by hand perhaps, is what the lock file asks for. */
function matchesLock(installed) {
  const fits = ({ os, cpu }) => (os ?? []).includes(process.platform) && (cpu ?? []).includes(process.arch);
  return Object.entries(readJson(inRoot('package-lock.json')).packages ?? {}).every(([name, wanted]) => {
    if (name === '' || installed[name]?.integrity === wanted.integrity) return true;
    return installed[name] === undefined && wanted.optional === true && (wanted.libc !== undefined || !fits(wanted));
  });
}

export function installPackages() {
  say('Installing packages (npm ci)');
  npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeStamp({ packages: packagesStamp() });
}

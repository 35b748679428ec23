// Runs a TypeScript program of this repository that is not part of the build: node scripts/run-typescript.mjs FILE [ARGUMENT...]
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import path from 'node:path';

const [file, ...args] = process.argv.slice(2);
if (!file) {
  process.stderr.write('usage: node scripts/run-typescript.mjs FILE [ARGUMENT...]\n');
  process.exit(2);
}
const outfile = path.join('.cache', `${path.basename(path.dirname(file))}-${path.basename(file, '.ts')}.mjs`);
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
});
const child = spawn(process.execPath, [outfile, ...args], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));

// The built command and the bundled programs.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { hash, inRoot, npm, readStamp, root, say, writeStamp } from './common.mjs';

const outputs = [
  'dist/cli/main.js',
  'dist/target-app.mjs',
  'dist/load-worker.mjs',
  'dist/agent.mjs',
  'dist/link.mjs',
  'dist/report-page.js',
  'dist/report-page.css',
  'dist/third-party.txt',
];

function buildStamp() {
  const configuration = readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name));
  const sources = filesBelow('src').filter((file) => !file.endsWith('.test.ts'));
  const files = [
    ...sources,
    ...configuration,
    'scripts/bundle.mjs',
    'scripts/third-party.mjs',
    'package.json',
    'package-lock.json',
  ].sort();
  const contents = files.map((file) => `${file} ${hash(readFileSync(inRoot(file)))}`);
  // A build made by hand from other sources shows in the outputs' times.
  const times = outputs.map((file) => (existsSync(inRoot(file)) ? statSync(inRoot(file)).mtimeMs : 0));
  return hash([...contents, ...times].join('\n'));
}

function filesBelow(folder) {
  return readdirSync(inRoot(folder), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(file) : [file];
  });
}

export function buildIsCurrent() {
  return outputs.every((file) => existsSync(inRoot(file))) && readStamp().build === buildStamp();
}

export function build() {
  say('Building');
  npm(['run', 'build', '--silent']);
  writeStamp({ build: buildStamp() });
}

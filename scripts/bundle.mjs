// Bundles what the package ships into dist/: the command line, the programs that run beside the system under test, and the script
// and the style of the HTML report, which go into every page.
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { thirdPartyNotices } from './third-party.mjs';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Leaves outside what is installed with the package, where our own code asks for it: what others ask for may be another version. */
const installed = {
  name: 'installed',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
      const isOurs = !importer.includes('node_modules');
      const isInstalled = Object.keys(dependencies).some((name) => path === name || path.startsWith(`${name}/`));
      return isOurs && isInstalled ? { path, external: true } : undefined;
    });
  },
};

// CommonJS dependencies inside an ESM bundle still call require() for Node's built-in modules.
const banner =
  "import { createRequire as requireHere } from 'node:module'; const require = requireHere(import.meta.url);";

const node = {
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  banner: { js: banner },
  minifySyntax: true,
  legalComments: 'eof',
  logLevel: 'warning',
  metafile: true,
};

await rm('dist', { recursive: true, force: true });

// What is installed with the package stays outside. The Kubernetes client is not: it is hundreds of modules, and to load them one by
// one takes longer than most of what a command does with a cluster. Each part that is loaded when it is needed is a file of its own.
const commandLine = await build({
  ...node,
  entryPoints: { 'cli/main': 'src/cli/main.ts' },
  chunkNames: 'cli/parts/[name]-[hash]',
  splitting: true,
  plugins: [installed],
});

// One file each, so that an image is a base and one layer.
const programs = await build({
  ...node,
  entryPoints: {
    'target-app': 'src/target-app/main.ts',
    'load-worker': 'src/worker/main.ts',
    agent: 'src/platforms/docker/agent.ts',
    link: 'src/link/main.ts',
  },
  outExtension: { '.js': '.mjs' },
  // With its WebAssembly inside: the other one looks for a file beside itself.
  alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
});

const page = {
  outdir: 'dist',
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'eof',
  logLevel: 'warning',
  metafile: true,
};
const script = await build({
  ...page,
  entryPoints: { 'report-page': 'src/reporters/html/browser/page.ts' },
  format: 'iife',
});
const style = await build({ ...page, entryPoints: { 'report-page': 'src/reporters/html/browser/page.css' } });

const bundled = [commandLine, programs, script, style].flatMap(({ metafile }) => Object.keys(metafile.inputs));
await writeFile('dist/third-party.txt', thirdPartyNotices(bundled));

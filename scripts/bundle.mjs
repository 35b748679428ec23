// Bundles the programs that run beside the system under test into one file each, so that an image is a base and one layer; and the
// script and the style of the HTML report, which go into every page.
import { build } from 'esbuild';

const programs = {
  'target-app': 'src/target-app/main.ts',
  'load-worker': 'src/load/worker.ts',
  agent: 'src/platforms/docker/agent.ts',
};

// CommonJS dependencies inside an ESM bundle still call require() for Node's built-in modules.
const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

await build({
  entryPoints: programs,
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  banner: { js: banner },
  sourcemap: false,
  minifySyntax: true,
  legalComments: 'eof',
  logLevel: 'warning',
});

const page = {
  outdir: 'dist',
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
};
await build({ ...page, entryPoints: { 'report-page': 'src/reporters/html/browser/page.ts' }, format: 'iife' });
await build({ ...page, entryPoints: { 'report-page': 'src/reporters/html/browser/page.css' } });

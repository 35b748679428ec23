import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Child } from 'hono/jsx';
import { renderToString } from 'hono/jsx/dom/server';
import { labVersion, packageFolder } from '../../machine/package.ts';

/** What a page needs beside its text: both are built into `dist`, and go into the page whole. */
interface Assets {
  readonly script: string;
  readonly style: string;
}

function readAssets(): Assets {
  const read = (name: string): string => readFileSync(path.join(packageFolder, 'dist', name), 'utf8').trim();
  return { script: read('report-page.js'), style: read('report-page.css') };
}

/** Only what is in the page itself may run or give it its looks, and nothing may be fetched (W3C, Content Security Policy Level 3). */
function policyFor({ script, style }: Assets): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

const Document = ({ title, assets, children }: { title: string; assets: Assets; children?: Child }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content={policyFor(assets)} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="generator" content={`scale-lab ${labVersion()}`} />
      <title>{title}</title>
      <style dangerouslySetInnerHTML={{ __html: assets.style }} />
    </head>
    <body>
      {children}
      <script dangerouslySetInnerHTML={{ __html: assets.script }} />
    </body>
  </html>
);

/** A page that needs nothing else: it opens from disk, fetches nothing, and has its numbers without a script as well. */
export function documentOf(title: string, body: Child): string {
  const page = (
    <Document title={title} assets={readAssets()}>
      {body}
    </Document>
  );
  return `<!doctype html>\n${renderToString(page)}\n`;
}

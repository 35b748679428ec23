import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { renderToString } from 'hono/jsx/dom/server';
import { packageFolder } from '../../package.ts';
import type { RunRecord } from '../../result.ts';
import { layoutOf } from '../layout.ts';
import { figuresOf } from './charts/figures.ts';
import { SectionView } from './section-view.tsx';

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

const Page = ({ record, assets }: { readonly record: RunRecord; readonly assets: Assets }) => {
  const { title, facts, warning, sections, conclusion } = layoutOf(record);
  const scenarios = sections.flatMap((section) => record.scenarios.find(({ name }) => name === section.title) ?? []);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policyFor(assets)} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content={`scale-lab ${record.labVersion}`} />
        <title>{`${scenarios.map(({ name }) => name).join(', ')} - ${title}`}</title>
        <style dangerouslySetInnerHTML={{ __html: assets.style }} />
      </head>
      <body>
        <header class="page">
          <h1>{title}</h1>
          <p class="conclusion">{conclusion}</p>
          {warning === undefined ? null : <p class="warning">{warning}</p>}
          {sections.length < 2 ? null : (
            <nav aria-label="Scenarios">
              <ol>
                {sections.map((section, index) => (
                  <li>
                    <a href={`#scenario-${index + 1}`}>{section.title}</a> {section.answer}
                  </li>
                ))}
              </ol>
            </nav>
          )}
        </header>
        <main>
          {sections.map((section, index) => {
            const [scenario] = record.scenarios.filter(({ name }) => name === section.title);
            return scenario === undefined ? null : (
              <SectionView id={`scenario-${index + 1}`} section={section} figures={figuresOf(scenario, record)} />
            );
          })}
        </main>
        <footer>
          <h2>The run</h2>
          <dl>
            <dt>begun</dt>
            <dd>
              <time datetime={record.startedAt}>{`${record.startedAt.slice(0, 16).replace('T', ' ')} UTC`}</time>
            </dd>
            {facts.map(([name, text]) => (
              <>
                <dt>{name}</dt>
                <dd>{name === 'again' ? <code>{text}</code> : text}</dd>
              </>
            ))}
            <dt>scale-lab</dt>
            <dd>{`${record.labVersion}, seed ${record.seed}`}</dd>
          </dl>
        </footer>
        <script dangerouslySetInnerHTML={{ __html: assets.script }} />
      </body>
    </html>
  );
};

/** A run as one page that needs nothing else: it opens from disk, fetches nothing, and has its numbers without a script as well. */
export function htmlReport(record: RunRecord): string {
  return `<!doctype html>\n${renderToString(<Page record={record} assets={readAssets()} />)}\n`;
}

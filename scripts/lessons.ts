// npm run lessons -- [scenario…]: the pages of docs/lessons with their pictures, and the picture of the README, each from a real
// run that it makes now. Without names, all shipped scenarios; each on the least platform that can run it: a limit needs Docker, and
// what changes by itself a cluster, which for autoscaling has to have a metrics API.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { format, resolveConfig } from 'prettier';
import { explain } from '../src/lessons/explain.ts';
import { platformFor } from '../src/lessons/platform-for.ts';
import { shippedLessons } from '../src/lessons/shipped.ts';
import { packageFolder } from '../src/machine/package.ts';
import type { Scenario } from '../src/model/scenario.ts';
import type { RunRecord } from '../src/record/run-record.ts';
import { markdownExplanation } from '../src/reporters/explanation.ts';
import { layoutOf } from '../src/reporters/layout.ts';
import { table } from '../src/reporters/markdown.ts';
import { readScenarioFile } from '../src/scenarios/parse.ts';
import { findChromium, openChromium } from '../test/e2e/browser.ts';
import { endingSignal, realRun } from './real-run.ts';

const docs = path.join(packageFolder, 'docs');
const asked = process.argv.slice(2);
/** Long enough for numbers that repeat, and short enough to be made anew. */
const times = ['--duration', '5s', '--warmup', '2s'];

/** What a reader types to run it as the page did. */
function commandFor(scenario: Scenario): readonly string[] {
  const platform = platformFor(scenario);
  const hasTimes = platform !== 'kubernetes' && scenario.load.kind === 'closed';
  return [scenario.name, ...(hasTimes ? times : []), ...(platform === 'local' ? [] : ['--platform', platform])];
}

async function openBrowser(): Promise<Browser> {
  const program = findChromium();
  if (program === undefined) throw new Error('no Chromium is installed');
  return openChromium(program);
}

/** Takes pictures of figures of a report, and returns them as Markdown. */
async function takePictures(browser: Browser, name: string, report: string): Promise<string> {
  const page = await browser.newPage({ viewport: { width: 860, height: 900 }, deviceScaleFactor: 1.5 });
  await page.goto(`file://${report}`);
  const pictures: string[] = [];
  for (const title of shippedLessons[name]?.figures ?? []) {
    const figure = page.locator('figure.chart', { has: page.getByRole('heading', { name: title, exact: true }) });
    if ((await figure.count()) === 0) continue;
    const file = `${name}-${pictures.length + 1}.png`;
    await figure.first().screenshot({ path: path.join(docs, 'lessons', 'images', file) });
    pictures.push(`![${title}](images/${file})`);
  }
  await page.close();
  return pictures.join('\n\n');
}

/** What the README shows: the top of a report, in both colour schemes. */
async function takeTop(browser: Browser, report: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport: { width: 1100, height: 1250 }, colorScheme });
    await page.goto(`file://${report}`);
    await page.screenshot({ path: path.join(docs, 'images', `report-${colorScheme}.png`) });
    await page.close();
  }
}

function resultOf(scenario: Scenario, record: RunRecord, pictures: string): string {
  const { sections, facts } = layoutOf(record);
  const [section] = sections;
  if (!section) throw new Error('nothing was measured');
  const machine = facts.find(([name]) => name === 'machine')?.[1] ?? '';
  return [
    '### What a run of it has shown',
    `On ${record.startedAt.slice(0, 10)}, ${machine}: \`scale-lab run ${commandFor(scenario).join(' ')} --seed ${record.seed}\``,
    `**${section.answer}**`,
    table(section.timings),
    table(section.evidence),
    pictures,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const signal = endingSignal();
const file = await readScenarioFile(path.join(packageFolder, 'scenarios.yaml'));
await using browser = await openBrowser();
for (const scenario of file.scenarios) {
  const { name } = scenario;
  if (asked.length > 0 && !asked.includes(name)) continue;
  const write = async (record: RunRecord, folder: string): Promise<void> => {
    const report = path.join(folder, 'report.html');
    const pictures = await takePictures(browser, name, report);
    const file = path.join(docs, 'lessons', `${name}.md`);
    const page = markdownExplanation(explain(scenario, true), resultOf(scenario, record, pictures));
    await writeFile(file, await format(page, { ...(await resolveConfig(file)), parser: 'markdown' }));
    if (name === 'thundering-herd') await takeTop(browser, report);
  };
  await realRun([...commandFor(scenario), '--save', 'html=report.html'], write, signal);
}
const rows = file.scenarios.filter(({ name }) => existsSync(path.join(docs, 'lessons', `${name}.md`)));
await writeFile(
  path.join(docs, 'lessons', 'README.md'),
  `# Lessons

Each is a scenario that the lab ships, with what to predict, where to look and what a run has shown; \`scale-lab explain <scenario>\`
prints the same in a terminal. \`npm run lessons\` makes these pages, each from a real run.

${rows.map(({ name, question }) => `- [${name}](${name}.md): ${question}`).join('\n')}
`,
);

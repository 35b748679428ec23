import { parse } from 'csv-parse/sync';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { harms, hostileText, recordWith } from '../../test/fakes/hostile.ts';
import { fakeOutput } from '../../test/fakes/output.ts';
import { openElements } from '../../test/well-formed.ts';
import { arePlain } from '../model/foreign-text.ts';
import { openReporter } from './index.ts';
import { ownMarks, reporterNames, type ReporterName } from './reporter.ts';

const screen = { columns: 100, color: false };
const seeds = Array.from({ length: 12 }, (_, index) => index);
const hostile = [...harms, ...seeds.map(hostileText)];

async function reportOf(name: ReporterName, text: string, color = false): Promise<string> {
  return (await openReporter(name))(recordWith(text), { ...screen, color });
}

/** What is left of a page of Markdown without its texts: what it takes for its own, in its order. */
function markupOf(page: string): string {
  const withoutBlocks = page.replaceAll(/^(`{3,})text\n[^]*?\n\1$/gm, 'block').replaceAll(/^ {6}.*$/gm, 'block');
  let markup = '';
  for (let rest = withoutBlocks; rest !== '';) {
    const inert =
      /^\\[!-/:-@[-`{-~](?:&#8203;)?|^(?:@|GH-)&#8203;|^(`+)(?!`)[^]*?[^`]\1(?!`)|^<code>(?:\\.|[^\\<])*<\/code>|^[^\\`]/.exec(
        rest,
      );
    const [piece = rest.charAt(0)] = inert ?? [];
    if (piece.length === 1 && '*_`<>[]|#~$&@\\\n'.includes(piece)) markup += piece;
    rest = rest.slice(piece.length);
  }
  return markup;
}

/** Labels are texts. */
function tagsOf(page: string): readonly string[] {
  return [...page.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/ aria-label="[^"]*"/, ''));
}

/** The names of nodes and attributes, at their places. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)]));
}

describe('reports of what somebody means ill with', () => {
  it.each(reporterNames)('leave as they are where all is well: %s', async (name) => {
    const out = fakeOutput();
    const report = await reportOf(name, 'x');
    out.write(report, ownMarks[name]);
    expect(out.text()).toBe(report);
  });

  it.each(reporterNames)('have nothing hidden in them: %s', async (name) => {
    for (const text of hostile) {
      const report = await reportOf(name, text);
      expect(report.replaceAll('\r\n', '\n')).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Cs}]/u);
    }
  });

  it('on a terminal are painted by the lab alone', async () => {
    for (const text of hostile) {
      const out = fakeOutput({ color: true });
      out.write(await reportOf('terminal', text, true), ownMarks.terminal);
      // What it paints with.
      const unpainted = out.text().replaceAll(/\u001b\[(?:1|2|22|3[1236]|39)m/g, '');
      expect(arePlain(unpainted)).toBe(true);
      expect(unpainted).not.toContain(String.raw`\x1b`);
    }
  });

  it.each(['markdown', 'comment'] as const)('have the markup of the lab alone: %s', async (name) => {
    const usual = markupOf(await reportOf(name, 'x'));
    for (const text of hostile) expect(markupOf(await reportOf(name, text)), JSON.stringify(text)).toBe(usual);
  });

  it('have the tags of the lab alone in HTML', async () => {
    const usual = tagsOf(await reportOf('html', 'x'));
    for (const text of hostile) expect(tagsOf(await reportOf('html', text))).toEqual(usual);
  });

  it('are well-formed XML of the same shape', async () => {
    const read = async (text: string): Promise<unknown> => {
      const xml = await reportOf('junit', text);
      expect(openElements(xml), JSON.stringify(text)).toEqual([]);
      return shapeOf(new XMLParser({ ignoreAttributes: false }).parse(xml));
    };
    const usual = await read('x');
    for (const text of hostile) expect(await read(text)).toEqual(usual);
  });

  it('are as many annotations, each in its line', async () => {
    const usual = (await reportOf('github', 'x')).split('\n').length;
    for (const text of hostile) {
      const lines = (await reportOf('github', text)).split('\n');
      expect(lines).toHaveLength(usual);
      for (const line of lines.slice(0, -1)) expect(line).toMatch(/^::(error|warning|notice) title=[^:,]*::/);
    }
  });

  it('are as many rows of as many cells, none of them a formula', async () => {
    const read = async (text: string): Promise<string[][]> => parse(await reportOf('csv', text));
    const usual = await read('x');
    for (const text of hostile) {
      const rows = await read(text);
      expect(rows.map(({ length }) => length)).toEqual(usual.map(({ length }) => length));
      expect(rows.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    }
  });

  it('are the very record in JSON', async () => {
    for (const text of hostile) expect(JSON.parse(await reportOf('json', text))).toEqual(recordWith(text));
  });
});

describe('a comment that is cut', () => {
  it('ends a block of code that was cut', async () => {
    const record = recordWith('');
    const log = Array.from({ length: 3_000 }, (_, line) => `line ${line} \`\`\` of a log`);
    const failures = [{ text: 'It ended.', log, files: [] }];
    const page = (await openReporter('comment'))({ ...record, failures }, screen);
    expect(page.match(/^````/gm)).toHaveLength(4);
    expect(page).toMatch(/^````\n\nThe rest is in the report of the run\.$/m);
  });
});

import { Chalk } from 'chalk';
import type { Explanation, Point } from '../lessons/explain.ts';
import { code, escape, paragraph, strong } from './markdown.ts';
import type { Screen } from './reporter.ts';
import { indent } from './terminal-table.ts';
import { labelled, wrap } from './wrapped-text.ts';

/** A scenario as a lesson on the terminal; it ends with a newline. */
export function terminalExplanation(explanation: Explanation, { columns, color }: Screen): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const { name, question, architecture, facts, parts } = explanation;
  const labels = Math.max(...facts.map(([label]) => label.length));
  const point = ({ text, command, url }: Point): string =>
    [
      labelled('-', text, 1, columns, chalk.dim),
      ...(command === undefined ? [] : [`${indent}    ${chalk.cyan(command)}`]),
      ...(url === undefined ? [] : [`${indent}  ${chalk.dim(url)}`]),
    ].join('\n');
  const blocks = [
    [chalk.bold(name), ...wrap(question, columns - indent.length).map((line) => indent + line)].join('\n'),
    architecture.map((line) => indent + line).join('\n'),
    facts.map(([label, text]) => labelled(label, text, labels, columns, chalk.dim)).join('\n'),
    ...parts.map(({ title, code: lines = [], points }) =>
      [chalk.bold(title), ...lines.map((line) => (indent + line).trimEnd()), ...points.map(point)].join('\n'),
    ),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** The same as a page; `result` is what a run of it has shown, as Markdown. It ends with a newline. */
export function markdownExplanation(
  { name, question, architecture, facts, parts }: Explanation,
  result: string,
): string {
  const point = ({ text, command, url }: Point): string => {
    const said = url === undefined ? paragraph(text) : `[${escape(text)}](${url})`;
    return command === undefined ? `- ${said}` : `- ${said}\n\n      ${command}\n`;
  };
  const blocks = [
    `# ${escape(name)}`,
    strong(question),
    ['```', ...architecture, '```'].join('\n'),
    facts.map(([label, text]) => `- ${code(label)}: ${escape(text)}`).join('\n'),
    ...parts.flatMap(({ title, code: lines = [], points }) => [
      `## ${escape(title)}`,
      lines.length === 0 ? '' : ['```', ...lines, '```'].join('\n'),
      points.map(point).join('\n'),
      ...(title === 'Look at' ? [result] : []),
    ]),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

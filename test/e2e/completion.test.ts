import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/machine/package.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

const isRequired = process.env.SCALE_LAB_REQUIRE_SHELLS === '1';
const program = path.join(packageFolder, 'dist', 'cli', 'main.js');
const scenarios = `version: 1
scenarios:
  shop:
    question: Is it open?
    workload: [GET /]
    variants: { small: , large: }
`;

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.create();
  await bench.write('scenarios.yaml', scenarios);
});
afterAll(async () => bench[Symbol.asyncDispose]());

/** What may come after those words, without what it is. */
async function next(...words: readonly string[]): Promise<readonly string[]> {
  const { code, out } = await scaleLab(['complete', '--', ...words], { cwd: bench.folder, env: bench.env });
  expect(code).toBe(0);
  return out
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(':'))
    .map((line) => line.split('\t')[0] ?? '');
}

describe('completion', () => {
  it('knows the commands, and hides what nobody types', async () => {
    const commands = await next('');
    expect(commands).toEqual(expect.arrayContaining(['run', 'gate', 'report', 'completion']));
    expect(commands).not.toContain('complete');
    expect(await next('ma')).toEqual(['max-rps', 'manifests']);
  });

  it('knows options and their values', async () => {
    expect(await next('run', '--rep')).toEqual(['--replicas', '--reporter']);
    expect(await next('run', '--reporter', 'm')).toEqual(['markdown']);
    expect(await next('run', '--platform', 'k')).toEqual(['kubernetes']);
    expect(await next('gate', '--tolerance', 'p50')).toContain('p50=');
  });

  it('knows the scenarios and variants of the file that is there, and saved runs', async () => {
    expect(await next('run', '')).toEqual(['shop']);
    expect(await next('run', 'shop', '--variant', '')).toEqual(['small', 'large']);
    await bench.write('other.yaml', '');
    expect(await next('run', '--file', 'o')).toEqual(['other.yaml']);
    await bench.write('scenarios.yaml', 'version: 2');
    expect(await next('run', '')).toEqual([]);
    await bench.write('scenarios.yaml', scenarios);
  });
});

/** Names that a shell would run if it took them for more than names. */
const traps = ['$(touch trapped)', '`touch trapped`', ';touch trapped;', '$(touch${IFS}trapped)'];

describe('names that a shell would expand', () => {
  it('are not offered, nor what else stands in the lines of a description', async () => {
    await using trapped = await trap();
    const complete = async (...words: readonly string[]): Promise<string> =>
      (await scaleLab(['complete', '--', ...words], { cwd: trapped.folder, env: trapped.env })).out;
    expect(await complete('report', '')).toContain('results/plain');
    for (const words of [
      ['report', ''],
      ['run', '--file', ''],
      ['run', ''],
      ['run', '--variant', ''],
    ]) {
      expect(await complete(...words), words.join(' ')).not.toMatch(/^[^\t]*touch/m);
    }
  });
});

/** A folder in which every name that can be completed is a trap. */
async function trap(): Promise<Workbench> {
  const trapped = await Workbench.create();
  await mkdir(path.join(trapped.folder, 'results', 'plain'), { recursive: true });
  for (const name of traps) {
    await trapped.write(`${name}.yaml`, '');
    await mkdir(path.join(trapped.folder, 'results', name));
  }
  await trapped.write('scenarios.yaml', scenarios.replace('Is it open?', '"Is it\\n$(touch trapped)\\n open?"'));
  return trapped;
}

/** For each shell, a program that has it complete the last word of a line, and prints what it came to. */
const shells = {
  bash: (line: string) => `
    source /usr/share/bash-completion/bash_completion
    source <(scale-lab completion bash)
    COMP_LINE='${line}' COMP_POINT=${line.length} COMP_TYPE=9
    IFS=' ' read -r -a COMP_WORDS <<< "$COMP_LINE"
    [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
    $(complete -p scale-lab | sed 's/.*-F \\([^ ]*\\).*/\\1/') scale-lab "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"
    printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (line: string) => `
    autoload -Uz compinit; compinit -D
    source <(scale-lab completion zsh)
    # Outside of its editor there is nothing to offer words to: they are printed.
    _describe() { print -lr -- $completions; }
    typed='${line}'
    words=("\${(@s: :)typed}") CURRENT=\${#words}
    $_comps[scale-lab]`,
  fish: (line: string) => `
    scale-lab completion fish | source
    complete --do-complete '${line}'`,
} as const;

describe.each(['bash', 'zsh', 'fish'] as const)('in %s', (shell) => {
  beforeEach(async (context) => {
    const isThere = await promisify(execFile)(shell, ['--version']).then(
      () => true,
      () => false,
    );
    if (!isThere && !isRequired) context.skip(`${shell} is not installed`);
  });

  /** What the shell makes of a line, in a folder. */
  const complete = async (line: string, { folder, env }: Workbench): Promise<string> => {
    const define =
      shell === 'fish'
        ? `function scale-lab; '${process.execPath}' '${program}' $argv; end`
        : `scale-lab() { '${process.execPath}' '${program}' "$@"; }`;
    const args = shell === 'zsh' ? ['-f', '-c'] : shell === 'bash' ? ['--norc', '-c'] : ['--no-config', '-c'];
    const { stdout } = await promisify(execFile)(shell, [...args, define + shells[shell](line)], {
      cwd: folder,
      env: { ...env, HOME: folder },
    });
    return stdout;
  };

  it('a scenario is completed', async () => {
    expect(await complete('scale-lab run sh', bench)).toContain('shop');
  });

  it('no name is run, whether it is there or typed', async () => {
    await using trapped = await trap();
    expect(await complete('scale-lab report ', trapped)).toContain('results/plain');
    for (const line of [
      'run ',
      'run --file ',
      'run --variant ',
      ...traps.slice(0, 2).map((name) => `report ${name}`),
    ]) {
      await complete(`scale-lab ${line}`, trapped);
    }
    expect(await readdir(trapped.folder)).not.toContain('trapped');
  });
});

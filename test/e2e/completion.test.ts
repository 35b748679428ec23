import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/package.ts';
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

/** For each shell, a program that has it complete `scale-lab run sh`, and prints what it came to. */
const shells = {
  bash: `
    source /usr/share/bash-completion/bash_completion
    source <(scale-lab completion bash)
    COMP_WORDS=(scale-lab run sh) COMP_CWORD=2 COMP_LINE='scale-lab run sh' COMP_POINT=16 COMP_TYPE=9
    $(complete -p scale-lab | sed 's/.*-F \\([^ ]*\\).*/\\1/') scale-lab sh run
    printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: `
    autoload -Uz compinit; compinit -D
    source <(scale-lab completion zsh)
    # Outside of its editor there is nothing to offer words to: they are printed.
    _describe() { print -l -- $completions; }
    words=(scale-lab run sh) CURRENT=3
    $_comps[scale-lab]`,
  fish: `
    scale-lab completion fish | source
    complete --do-complete 'scale-lab run sh'`,
} as const;

describe.each(['bash', 'zsh', 'fish'] as const)('in %s', (shell) => {
  beforeEach(async (context) => {
    const isThere = await promisify(execFile)(shell, ['--version']).then(
      () => true,
      () => false,
    );
    if (!isThere && !isRequired) context.skip(`${shell} is not installed`);
  });

  it('a scenario is completed', async () => {
    const define =
      shell === 'fish'
        ? `function scale-lab; '${process.execPath}' '${program}' $argv; end`
        : `scale-lab() { '${process.execPath}' '${program}' "$@"; }`;
    const args = shell === 'zsh' ? ['-f', '-c'] : shell === 'bash' ? ['--norc', '-c'] : ['--no-config', '-c'];
    const { stdout } = await promisify(execFile)(shell, [...args, define + shells[shell]], {
      cwd: bench.folder,
      env: { ...bench.env, HOME: bench.folder },
    });
    expect(stdout).toContain('shop');
  });
});

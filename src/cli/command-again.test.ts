import { describe, expect, it } from 'vitest';
import { conditionsOf } from './command-again.ts';

describe('conditionsOf', () => {
  it('takes what another command on the same scenario has to be told, as a shell reads it', () => {
    const args = ['run', '--allow-remote', 'herd', '--file', 'my files.yaml', '--platform=docker', '--rounds', '3'];
    expect(conditionsOf(args)).toEqual(['--allow-remote', '--file', "'my files.yaml'", '--platform=docker']);
    expect(conditionsOf(['run', 'herd', '--rate', '200/s', '--json'])).toEqual(['--rate', '200/s']);
  });
});

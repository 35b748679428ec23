import type { Output } from '../../src/cli/io.ts';
import { GuardedOutput } from '../../src/cli/output.ts';

/** An output that remembers what left for its stream. */
export interface FakeOutput extends Output {
  readonly text: () => string;
}

export function fakeOutput(shape: Partial<Pick<Output, 'isTerminal' | 'columns' | 'color'>> = {}): FakeOutput {
  let text = '';
  const stream = { isTerminal: false, canRedraw: false, columns: 80, color: false, ...shape };
  const output = new GuardedOutput({ ...stream, write: (more) => (text += more) });
  return Object.assign(output, { text: () => text });
}

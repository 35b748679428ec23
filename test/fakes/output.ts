import type { Output } from '../../src/cli/io.ts';

/** An output that remembers what was written to it. */
export interface FakeOutput extends Output {
  readonly text: () => string;
}

export function fakeOutput(shape: Partial<Pick<Output, 'isTerminal' | 'columns' | 'color'>> = {}): FakeOutput {
  let text = '';
  return {
    isTerminal: false,
    canRedraw: false,
    columns: 80,
    color: false,
    ...shape,
    write: (more) => (text += more),
    text: () => text,
  };
}

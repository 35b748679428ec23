/** The colours of the page as its style sheet has them: of the light or the dark scheme, whichever is on. */
export interface Theme {
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly ground: string;
  /** The colour with that number; they come around again. */
  readonly color: (number: number) => string;
}

/** How many colours the style sheet has: `--color-0` and on. */
export const colorCount = 8;

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: value('--text'),
    faint: value('--faint'),
    grid: value('--line'),
    ground: value('--ground'),
    color: (number) => value(`--color-${number % colorCount}`),
  };
}

/** What is open at a place of a YAML text: a bracket, or a quoted text. */
export interface Open {
  readonly kind: 'flow' | 'quote';
  readonly at: number;
  readonly character: string;
}

/** The innermost bracket or quote that is open at an offset; those of comments and within plain texts do not count. */
export function openAt(text: string, offset: number): Open | undefined {
  const open: Open[] = [];
  for (let at = 0; at < offset; at++) {
    const character = text[at] ?? '';
    const before = text[at - 1] ?? '\n';
    const inner = open.at(-1);
    const beginsValue = /[\s,[{]/.test(before);
    if (character === '#' && /\s/.test(before)) at = lineEnd(text, at);
    else if ((character === '"' || character === "'") && beginsValue) {
      const end = quoteEnd(text, at);
      if (end >= offset) return { kind: 'quote', at, character };
      at = end;
    } else if ('[{'.includes(character) && beginsValue) open.push({ kind: 'flow', at, character });
    else if (inner && character === (inner.character === '[' ? ']' : '}')) open.pop();
  }
  return open.at(-1);
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

function quoteEnd(text: string, at: number): number {
  const quote = text[at];
  for (let end = at + 1; end < text.length; end++) {
    if (quote === '"' && text[end] === '\\') end++;
    else if (quote === "'" && text.startsWith("''", end)) end++;
    else if (text[end] === quote) return end;
  }
  return text.length;
}

// What a terminal, or a reader, would take for something else than a character: control characters, marks that turn the
// direction of text or take no room, what is no character at all.
const hidden = String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]`;

/** Scripts in which a letter looks otherwise where it is joined to the next, or not. */
const joining = String.raw`[\p{sc=Arab}\p{sc=Beng}\p{sc=Deva}\p{sc=Gujr}\p{sc=Guru}\p{sc=Khmr}\p{sc=Knda}\p{sc=Mlym}\p{sc=Mymr}\p{sc=Orya}\p{sc=Sinh}\p{sc=Taml}\p{sc=Telu}]`;
const pictograph = String.raw`\p{Extended_Pictographic}`;

/** Joiners where they belong: between letters of such a script, and within an emoji. */
const joiner = String.raw`${joining}[\u200c\u200d](?=${joining})|${pictograph}[\ufe0f\p{Emoji_Modifier}]*\u200d(?=${pictograph})`;

/** The letters behind a black flag that make it that of England, Scotland or Wales; any others could be a text that nobody sees. */
const tag = String.raw`(?=\p{RGI_Emoji_Tag_Sequence})\u{1f3f4}[\u{e0061}-\u{e007f}]{1,6}`;

/** What is hidden, and right where it is. */
const inPlace = `${joiner}|${tag}`;

/** Where a line may be broken, which way it runs, and how it is encoded: right text has these, and reads the same without them. */
const dropped = /[\u00ad\u200b\u200e\u200f]|^\ufeff/g;

/** The styles that the lab paints with: bold, dim, colours, and their ends. Nothing that hides text, or moves a cursor. */
const style = String.raw`\u001b(?=\[(?:0|1|2|22|3[1-7]|39)m)`;

/**
 * Control sequences (ECMA-48): with parameters, as of colours; with a text of their own, as of links and titles; others. Each is looked
 * at once, however long it is, which those of `stripVTControlCharacters` are not.
 */
const sequences = new RegExp(
  [
    String.raw`(?:\u001b\[|\u009b)[0-?]*[ -\/]*[@-~]`,
    String.raw`(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])\P{Cc}*(?:\u0007|\u001b\\|\u009c)`,
    String.raw`\u001b[ -\/]*[0-~]`,
  ].join('|'),
  'gu',
);

const breaks = /[\t-\r\u0085\u2028\u2029]+/g;
// Asked once of each run of them, not again from each of its characters.
const breaksAtEnds = /(?<![\t-\r\u0085\u2028\u2029])[\t-\r\u0085\u2028\u2029]+$|^[\t-\r\u0085\u2028\u2029]+/g;
const hiddenInText = new RegExp(`${hidden}(?<!${inPlace})`, 'gv');
const hiddenInAnswer = new RegExp(String.raw`${hidden}|\ufffd`, 'gu');
const hiddenInStream = new RegExp(String.raw`${hidden}(?<!\n|\t|\r(?=\n)|${inPlace})`, 'gv');
const hiddenBesideStyles = new RegExp(String.raw`${hidden}(?<!\n|\t|\r(?=\n)|${style}|${inPlace})`, 'gv');
const hiddenInLines = new RegExp(String.raw`${hidden}(?<!\n)`, 'gu');

/**
 * What a CI system would take for a command in the log of a job: GitHub's `::error::` at the start of a line, and `##[error]`,
 * `##vso[…]` (Azure) and `##teamcity[…]` anywhere. Those of GitLab and Travis CI are control sequences besides.
 */
const commandOfLine = /^((?:[^\S\n]|\u001b\[[\d;]*m)*):(?=:)/gm;
const commandAnywhere = /##(?=\w*\[)/g;

const named: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

/** A hidden character as `\n`, `\x1b` or `\u{202e}`. */
function written(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return named[character] ?? (code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`);
}

/** Text, such as a part of an answer, in which nothing is hidden: control characters and the like are written as `\n` or `\x1b`. */
export function visible(text: string): string {
  return text.replaceAll(hiddenInAnswer, written);
}

/** Text in which each character takes a place of its own, for what is underlined: what is hidden is shown as `�`. */
export function placeheld(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(hiddenInText, '\ufffd');
}

/** Foreign text within a line of the lab's: line breaks are spaces, colours and what reads the same without it are left out, other control characters written out. */
function oneLine(text: string): string {
  if (text.search(hiddenInText) === -1) return text;
  return text
    .replaceAll(dropped, '')
    .replaceAll(sequences, '')
    .replaceAll(breaksAtEnds, '')
    .replaceAll(breaks, ' ')
    .replaceAll(hiddenInText, written);
}

const graphemes = new Intl.Segmenter();

/** The start of a text, of at most so many UTF-16 units, in which no character is cut in two. */
export function startOf(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = graphemes.segment(text).containing(most)?.index;
  // A joiner with nothing to join would be written out.
  return text.slice(0, end).replace(/[\u200c\u200d]$/, '');
}

/** The same, with a `…` for what was left away, which is one of them. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${startOf(text, most - 1)}…` : text;
}

/**
 * The same value with each of its texts, keys included, as it may be told within a line, whatever that is a line of. What comes from
 * a scenario file, a saved run, a log or an answer goes through here before the lab puts anything of its own around it.
 */
export function told<T>(value: T): T;
export function told(value: unknown): unknown {
  if (typeof value === 'string') return oneLine(value);
  if (Array.isArray(value)) return value.map((item: unknown) => told(item));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [oneLine(key), told(each)]));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What the lab itself has put into a text besides characters: styles for a terminal, or commands to a CI system. */
export type OwnMarks = 'styles' | 'commands';

/**
 * Text as it leaves for a terminal, a pipe or the log of a job: whatever it holds, it moves no cursor, paints and hides nothing, and is
 * no command to a CI system, but for what is the lab's own. Machines read it as before: lines, tabs and CRLF stay.
 */
export function forStream(text: string, own?: OwnMarks): string {
  const plain = text
    .replaceAll(dropped, '')
    .replaceAll(own === 'styles' ? hiddenBesideStyles : hiddenInStream, written);
  const quiet = plain.replaceAll(commandAnywhere, String.raw`#\#`);
  return own === 'commands' ? quiet : quiet.replaceAll(commandOfLine, String.raw`$1\:`);
}

/** The same value as JSON, in which nothing is hidden, and nothing can be taken for a command: all of that is escaped. */
export function jsonOf(value: object | string, indent?: number): string {
  return escaped(JSON.stringify(value, null, indent), (character) =>
    Array.from({ length: character.length }, (_, index) => escapedUnit(character.charCodeAt(index))).join(''),
  );
}

function escapedUnit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/** YAML all of whose texts are in double quotes, as {@link jsonOf}. */
export function escapedYaml(yaml: string): string {
  return escaped(yaml, (character) => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`);
}

function escaped(text: string, escape: (character: string) => string): string {
  return text.replaceAll(hiddenInLines, escape).replaceAll(commandAnywhere, `#${escape('#')}`);
}

/** Whether lines have nothing in them that would have to be escaped. */
export function arePlain(lines: string): boolean {
  return [hiddenInLines, commandAnywhere, commandOfLine].every((pattern) => lines.search(pattern) === -1);
}

const reference = '&(?:amp|lt|gt|quot|apos);';
const xmlToken = new RegExp(
  String.raw`<(?<closing>/?)(?<name>\w[\w-]*)(?: [\w-]+="(?:[^<&"]|${reference})*")*(?<empty>/?)>|(?:(?!\]\]>)[^<&]|${reference})+`,
  'uy',
);

/**
 * Reads XML 1.0 as strictly as its grammar is, of which a report uses elements, attributes and text.
 * @returns the elements that are still open at its end: none of a document; what cannot be read counts as one
 */
export function openElements(xml: string): readonly string[] {
  if (!/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(xml)) return ['no character of XML'];
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  const open: string[] = xml.startsWith(head) ? [] : ['no head'];
  xmlToken.lastIndex = head.length;
  while (xmlToken.lastIndex < xml.length) {
    const at = xmlToken.lastIndex;
    const groups = xmlToken.exec(xml)?.groups;
    if (groups === undefined) return [...open, `no token: ${xml.slice(at, at + 40)}`];
    const { name, closing, empty } = groups;
    if (name === undefined || empty === '/') continue;
    if (closing !== '/') open.push(name);
    else if (open.pop() !== name) return [...open, `not open: ${name}`];
  }
  return open;
}

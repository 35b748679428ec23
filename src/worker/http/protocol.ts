/** The type of the frame that a server of HTTP/2 begins with (RFC 9113, 3.4 and 6.5). */
const settingsFrame = 4;

/** What bytes are that came in place of an answer of HTTP/1.1, in words. */
export function protocolOf(bytes: Buffer): string {
  const [first, second, , type] = bytes;
  // A handshake or an alert of TLS: its version follows the type of the record.
  if ((first === 21 || first === 22) && second === 3) return 'this is TLS, where plain HTTP was expected';
  if (first === 0 && type === settingsFrame) return 'this is HTTP/2, where HTTP/1.1 was expected';
  if (bytes.toString('latin1', 0, 5) === 'HTTP/') return 'this is another version of HTTP than 1.0 and 1.1';
  return 'this is not HTTP';
}

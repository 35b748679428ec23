/** Names of header fields whose values nobody is to see. */
const secretNames = /auth|cookie|token|secret|password|credential|session|signature|api-?key/i;

/** What of the value of such a field is secret, alone or together; nothing of other fields. */
export function credentialsIn(name: string, value: string): readonly string[] {
  if (!secretNames.test(name)) return [];
  const [scheme = '', ...rest] = value.split(' ');
  const token = rest.join(' ').trim();
  const pairs = value.split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
  const login = scheme.toLowerCase() === 'basic' ? Buffer.from(token, 'base64').toString() : '';
  return [value, token, ...pairs, login, login.slice(login.indexOf(':') + 1)].filter((text) => text !== '');
}

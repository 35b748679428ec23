import { once } from 'node:events';
import { createServer } from 'node:https';

/** A certificate of localhost that ended on that day, with its key: a pair that protects nothing. */
export const expired = {
  on: '2024-02-01',
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg461slOQkGGMw+IdD
MNZPWrZiQtvdu85PJJwoAezOWk6hRANCAATWxmwKvi2OCi10mPvbY1Df21ml/+Ip
v+QNFxV519Hj2sUgM9TGUjWsj1/RM4snU13tFSTF/bOz+RAf3nY3FlJL
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBSTCB76ADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
dDAeFw0yNDAxMDEwMDAwMDBaFw0yNDAyMDEwMDAwMDBaMBQxEjAQBgNVBAMMCWxv
Y2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNbGbAq+LY4KLXSY+9tj
UN/bWaX/4im/5A0XFXnX0ePaxSAz1MZSNayPX9EziydTXe0VJMX9s7P5EB/edjcW
UkujMjAwMA8GA1UdEQQIMAaHBH8AAAEwHQYDVR0OBBYEFEj02zXlF1rB0oLUg/os
Wto/bxiZMAoGCCqGSM49BAMCA0kAMEYCIQDVlCfFolzE5GubMLzIlQ+ZrF6xYIjR
BH/a4s70q3wc8gIhAL8AOXbRK7G2FWbgsnfr6JWU62sHQTcb8TKqkjKXBPUX
-----END CERTIFICATE-----
`,
} as const;

/** Starts a server whose certificate has expired. */
export async function serveExpired(): Promise<{ readonly url: string } & AsyncDisposable> {
  const { key, cert } = expired;
  const server = createServer({ key, cert }, (_, response) => response.end('{}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `https://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

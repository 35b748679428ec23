import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

// A pair that protects nothing: nobody verifies it. Valid for a hundred years.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgu5bp4+JSHxTD+Xt9
lvE89OGpCn8BtHSxupQPNQUM512hRANCAAQ2JKsHRHCb6HJNvgdXT/7b3Xeuysw5
7SdcTIPyVrum9cUHz3zPPsOtCW575fWq1Kt+XLCPFw6cCzdIwdvm/iNF
-----END PRIVATE KEY-----
`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIURGtLweuiRP90Lw4+G7AnaGTpt5UwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjAxNDkzNloYDzIxMjYxMDI5
MDE0OTM2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ2JKsHRHCb6HJNvgdXT/7b3Xeuysw57SdcTIPyVrum9cUHz3zPPsOt
CW575fWq1Kt+XLCPFw6cCzdIwdvm/iNFo1MwUTAdBgNVHQ4EFgQUC1h9KgwnHl1V
x3hDV3DA6B/2gi8wHwYDVR0jBBgwFoAUC1h9KgwnHl1Vx3hDV3DA6B/2gi8wDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAiHlmlcAnoShH0iBgjarU
VLS04zjrU5VkacSQ2h3DUpACIQDq4ZDfeXyJ6t3Xe2gLs24l1TbJkAW3I6y1x+eV
ebGoCg==
-----END CERTIFICATE-----
`;

/** A server at a port of its own. */
export interface SecureServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

/** Starts a server that speaks TLS, with a certificate that it signed itself. */
export async function serveSecurely(handler: RequestListener, host = '127.0.0.1'): Promise<SecureServer> {
  const server = createServer({ key, cert }, handler);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP port was expected.');
  return {
    url: `https://${host}:${address.port}`,
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

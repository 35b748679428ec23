import { once } from 'node:events';
import { createServer } from 'node:http';

/** A server that is none of the lab's, for the length of a test. */
export interface PlainServer extends AsyncDisposable {
  readonly url: string;
  /** How many requests it has answered. */
  answered(): number;
}

/** Starts a server that answers a request for a todo as the reference app would. */
export async function serve(): Promise<PlainServer> {
  let answered = 0;
  const server = createServer((request, response) => {
    answered++;
    response.end(JSON.stringify({ id: Number(request.url?.split('/').at(-1)) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    answered: () => answered,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

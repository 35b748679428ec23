/** What clients of Kafka are opened with. */
export interface Connecting {
  readonly clientId: string;
  readonly bootstrapBrokers: string[];
  readonly sasl: { readonly mechanism: 'PLAIN'; readonly username: string; readonly password: string };
  readonly connectTimeout: number;
  readonly requestTimeout: number;
  readonly metadataMaxAge: number;
  readonly retries: false;
}

/** Longer than the broker lets anything wait on purpose. */
const REQUEST_WITHIN_MS = 10_000;
const CONNECT_WITHIN_MS = 1000;
/** As Kafka's own clients have it: who sends without an acknowledgement then asks the broker for nothing. */
const METADATA_FOR_MS = 300_000;

/** How a client reaches the Kafka at `kafka://user:password@host:port`; whoever uses it tries again. */
export function connectingTo(url: string): Connecting {
  const { host, username, password } = new URL(url);
  return {
    clientId: 'scale-lab',
    bootstrapBrokers: [host],
    sasl: { mechanism: 'PLAIN', username: decodeURIComponent(username), password: decodeURIComponent(password) },
    connectTimeout: CONNECT_WITHIN_MS,
    requestTimeout: REQUEST_WITHIN_MS,
    metadataMaxAge: METADATA_FOR_MS,
    retries: false,
  };
}

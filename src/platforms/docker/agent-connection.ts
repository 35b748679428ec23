import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { onAbort, unlessAborted } from '../../machine/time-limit.ts';
import { LabError } from '../../model/errors.ts';
import type { Answer, Ask, BodyPart } from '../common/answer.ts';
import { inImage } from '../engine/lab-image.ts';
import { type AgentMessage, agentMessageSchema, type Question } from './agent-protocol.ts';
import type { Container } from './container.ts';
import { standardOutput } from './frames.ts';
import type { RunContext } from './run-context.ts';

/** Longer than any asker waits: the agent forgets what nobody listens to any more. */
const timeoutMs = 10_000;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** The agent in a stack's network, which asks there on the lab's behalf. */
export interface Agent {
  readonly ask: Ask;
  readonly container: Container;
  /** The version of Node.js in the image. */
  readonly node: string;
}

/** Starts the agent, and waits until it speaks. */
export async function startAgent(run: RunContext, signal: AbortSignal): Promise<Agent> {
  let connection: AgentConnection | undefined;
  const container = await run.start(
    {
      service: 'agent',
      copy: 'agent',
      title: 'The agent',
      image: run.settings.labImage,
      command: [inImage.agent],
      environment: {},
      hasInput: true,
      isLoad: true,
    },
    signal,
    async (made) => {
      connection = new AgentConnection(await made.attach(), run.released);
    },
  );
  const opened = connection;
  if (opened === undefined) throw new LabError('The agent was not spoken to.');
  const node = await container.ready((limited) => unlessAborted(opened.hello, limited), signal);
  return { container, node, ask: (url, asked, part) => opened.ask(url, asked, part) };
}

/** Questions to the agent and its answers, each by number, over its standard input and output. */
class AgentConnection {
  /** The first thing that it says: its version of Node.js. */
  readonly hello: Promise<string>;
  readonly #stream: NodeJS.ReadWriteStream;
  readonly #waiting = new Map<number, Waiting>();
  #greet: (node: string) => void = () => undefined;
  #end: Error | undefined;
  #next = 1;

  constructor(stream: NodeJS.ReadWriteStream, released: AbortSignal) {
    this.#stream = stream;
    this.hello = new Promise((resolve) => (this.#greet = resolve));
    stream.on('error', () => undefined);
    // Its input ends with that, and so does the agent.
    onAbort(released, () => stream.end());
    void this.#listen();
  }

  async ask(url: string, signal: AbortSignal, part: BodyPart = 'whole'): Promise<Answer> {
    if (this.#end !== undefined) throw this.#end;
    const id = this.#next++;
    const answer = new Promise<Answer>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#stream.write(`${JSON.stringify({ id, url, part, timeoutMs } satisfies Question)}\n`);
    try {
      return await unlessAborted(answer, signal);
    } finally {
      this.#waiting.delete(id);
    }
  }

  async #listen(): Promise<void> {
    try {
      const input = Readable.from(standardOutput(this.#stream));
      for await (const line of createInterface({ input })) this.#hear(agentMessageSchema.parse(JSON.parse(line)));
      this.#end = new Error('the agent has ended');
    } catch (error) {
      this.#end = new Error('the agent cannot be heard', { cause: error });
    }
    for (const { reject } of this.#waiting.values()) reject(this.#end);
  }

  #hear(message: AgentMessage): void {
    switch (message.type) {
      case 'hello':
        this.#greet(message.node);
        break;
      case 'answer':
        this.#waiting.get(message.id)?.resolve({ status: message.status, body: message.body });
        break;
      case 'problem':
        this.#waiting.get(message.id)?.reject(new Error(message.message));
        break;
    }
  }
}

// The agent: a program in the stack's network that asks, on the lab's behalf, for what only that network can reach. The lab
// reads the replicas' /readyz and /metrics through it, because a host need not have a route to its containers (Docker
// Desktop has none, a remote Engine neither) and nothing is published. It sleeps in between, and ends with its input.
import { createInterface } from 'node:readline';
import { withTimeLimit } from '../../machine/time-limit.ts';
import { messageOf } from '../../model/errors.ts';
import { ask } from '../common/answer.ts';
import { type AgentMessage, type Question, questionSchema } from './agent-protocol.ts';

const { signal } = new AbortController();

function say(message: AgentMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function answer({ id, url, part, timeoutMs }: Question): Promise<void> {
  try {
    say({ type: 'answer', id, ...(await withTimeLimit(timeoutMs, signal, (limited) => ask(url, limited, part))) });
  } catch (error) {
    say({ type: 'problem', id, message: messageOf(error) });
  }
}

say({ type: 'hello', node: process.versions.node });
for await (const line of createInterface({ input: process.stdin })) void answer(questionSchema.parse(JSON.parse(line)));

import { createServer } from 'node:http';
import { connect } from 'amqplib';

// A server of a user's own: it sends messages through the broker that it is told of, and answers with what has come back.

const { AMQP_URL = '', PORT } = process.env;
const queue = 'todos';

async function roundTrip(count: number): Promise<readonly number[]> {
  const connection = await connect(AMQP_URL);
  try {
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(queue, { durable: true });
    for (let sent = 1; sent <= count; sent++)
      channel.sendToQueue(queue, Buffer.from(String(sent)), { persistent: true });
    await channel.waitForConfirms();
    const received: number[] = [];
    await new Promise<void>((resolve, reject) => {
      const take = (message: { readonly content: Buffer } | null): void => {
        if (message !== null) received.push(Number(message.content.toString()));
        if (message === null || received.length === count) resolve();
      };
      channel.consume(queue, take, { noAck: true }).catch(reject);
    });
    await channel.close();
    return received;
  } finally {
    await connection.close();
  }
}

createServer((request, response) => {
  const count = Number(new URL(request.url ?? '/', 'http://here').searchParams.get('messages'));
  // Asked only whether it is there.
  const answer = count === 0 ? Promise.resolve([]) : roundTrip(count);
  answer.then(
    (received) => response.end(JSON.stringify(received)),
    (error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    },
  );
}).listen(Number(PORT));

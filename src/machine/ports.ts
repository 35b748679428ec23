import { createServer } from 'node:net';
import { LabError } from '../model/errors.ts';

/** Below the range from which Linux (32768) and macOS (49152) deal out ports to clients. */
const lowest = 15_000;
const highest = 32_000;

/** Whether a port of the loopback interface can be bound now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Draws a port at random until one is free; someone else may still take it before it is used, see {@link withPort}. */
export async function drawPort(random: () => number = Math.random, free = isFree): Promise<number> {
  for (let draw = 0; draw < 100; draw++) {
    const port = lowest + Math.floor(random() * (highest - lowest));
    if (await free(port)) return port;
  }
  throw new LabError(`No free port was found between ${lowest} and ${highest}.`);
}

/** True for the failure of a service whose log says that its port was taken. */
export function isPortTaken(error: unknown): boolean {
  const taken = /address already in use|EADDRINUSE/i;
  return error instanceof LabError && error.details.some((line) => taken.test(line));
}

/** Starts something on a free port, and again on another one where somebody was faster. */
export async function withPort<T>(start: (port: number) => Promise<T>, attempts = 5, draw = drawPort): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const port = await draw();
    try {
      return await start(port);
    } catch (error) {
      if (attempt === attempts || !isPortTaken(error)) throw error;
    }
  }
}

// Other work on the machine: it takes a core in bursts of 1 to 5 s, with breaks as long, until it is ended.
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

for (;;) {
  const endMs = performance.now() + randomInt(1000, 5000);
  while (performance.now() < endMs);
  await pause(randomInt(1000, 5000));
}

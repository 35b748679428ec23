// Other work on the machine: it takes a core in bursts of 1 to 5 s, with breaks as long, until its standard input ends: as it does
// when whoever started it is gone, whichever way.
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

process.stdin.on('end', () => process.exit()).resume();
for (;;) {
  const endMs = performance.now() + randomInt(1000, 5000);
  while (performance.now() < endMs);
  await pause(randomInt(1000, 5000));
}

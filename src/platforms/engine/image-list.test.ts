import { expect, test } from 'vitest';
import { listLabelled } from './image-list.ts';

const { signal } = new AbortController();
const refused = (statusCode: number): Error => Object.assign(new Error(`refused with ${statusCode}`), { statusCode });

test('images are asked for again where the Engine stumbles over one that is being removed', async () => {
  const answers = [refused(500), refused(500), []];
  const asked: unknown[] = [];
  const listImages = async (options: unknown) => {
    asked.push(options);
    const answer = answers.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? []);
  };
  expect(await listLabelled({ listImages }, ['a=b', 'c=d'], signal)).toEqual([]);
  expect(asked).toHaveLength(3);
  expect(asked[0]).toEqual({ filters: { label: ['a=b', 'c=d'] } });
});

test('any other refusal is told at once', async () => {
  let asked = 0;
  const listImages = async () => {
    asked += 1;
    return Promise.reject(refused(403));
  };
  await expect(listLabelled({ listImages }, [], signal)).rejects.toThrow('refused with 403');
  expect(asked).toBe(1);
});

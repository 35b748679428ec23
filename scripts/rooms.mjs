// Prints the table of rooms into a page, between two marks: node scripts/rooms.mjs docs/architecture.md
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { rooms } from '../rooms.mjs';

const marks = /(<!-- rooms.mjs -->).*(<!-- \/rooms.mjs -->)/s;

const [page] = process.argv.slice(2);
if (page === undefined) {
  process.stderr.write('usage: node scripts/rooms.mjs PAGE\n');
  process.exit(2);
}

const rows = Object.entries(rooms).map(([name, { where, what, may }]) => {
  const places = where.map((place) => `\`${place.replace('src/', '')}\``).join(', ');
  return `| ${name} | ${places} | ${what} | ${listed(may)} |`;
});
const table = ['| room | where in `src/` | what | may import |', '| --- | --- | --- | --- |', ...rows].join('\n');
const text = readFileSync(page, 'utf8');
if (!marks.test(text)) throw new Error(`${page} has no marks for the table.`);
const options = { ...(await resolveConfig('docs/architecture.md')), parser: 'markdown' };
writeFileSync(
  page,
  await format(
    text.replace(marks, (_, from, to) => `${from}\n\n${table}\n\n${to}`),
    options,
  ),
);

/** Names in a row: those of rooms in one other as `kubernetes/{pods, images}`. */
function listed(names) {
  if (names.length === 0) return 'nothing else here';
  return names.join(', ').replace(/(\w+)\/\w+(?:, \1\/\w+)+/g, (inner, room) => {
    return `${room}/{${inner.replaceAll(`${room}/`, '')}}`;
  });
}

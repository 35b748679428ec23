// Which file may import which, types included; `npm run lint` runs it. The rooms are in rooms.mjs.
import { programs, rooms } from './rooms.mjs';

const names = Object.keys(rooms);
for (const [name, { may }] of Object.entries(rooms)) {
  const above = may.find((other) => names.indexOf(other) <= names.indexOf(name));
  if (above !== undefined) throw new Error(`rooms.mjs: ${name} may import ${above}, which does not stand below it.`);
}

/** Tests, and what is there for them alone. */
const tests = String.raw`\.test\.tsx?$|/testing/|^test/`;
const places = Object.values(rooms).flatMap(({ where }) => where);

/** All that lies in a place: a folder, a file, or the files right in a folder. */
function inPlace(place) {
  const text = place.replaceAll('.', String.raw`\.`).replaceAll('*', '[^/]+');
  return place.endsWith('/') ? `^${text}` : `^${text}$`;
}

/** The files of a room, without those that have a room of their own in there. */
function inRoom({ where }) {
  return where.map((place) => {
    const lies = new RegExp(inPlace(place));
    const inner = places.filter((other) => other !== place && lies.test(other)).map(inPlace);
    return inner.length === 0 ? inPlace(place) : `(?!${inner.join('|')})${inPlace(place)}`;
  });
}

const ofRooms = Object.entries(rooms).map(([name, room]) => ({
  name,
  comment: `${name} may import ${room.may.join(', ') || 'no other room'}: see rooms.mjs.`,
  severity: 'error',
  from: { path: inRoom(room), pathNot: tests },
  to: { path: '^src/', pathNot: [...inRoom(room), ...room.may.flatMap((other) => inRoom(rooms[other]))] },
}));

export default {
  forbidden: [
    ...ofRooms,
    {
      name: 'no-room',
      comment: 'Every file of src/ is in a room: see rooms.mjs.',
      severity: 'error',
      from: { path: '^src/', pathNot: [tests, ...Object.values(rooms).flatMap(inRoom)] },
      to: {},
    },
    {
      name: 'for-tests',
      comment: 'It is there for tests, and only they import it.',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: [tests, '^(bench|faults|fuzz|scripts)/'] },
    },
    {
      name: 'circle',
      comment:
        'Files that import each other cannot be read one by one: what all need, types too, belongs to the lowest.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'orphan',
      comment: 'No program reaches it, so nobody needs it, or tests alone do; rooms.mjs names the programs.',
      severity: 'error',
      from: { path: programs.map(inPlace) },
      to: { path: '^src/', pathNot: [tests, ...programs.map(inPlace)], reachable: false },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    includeOnly: '^(src|test|bench|faults|fuzz|scripts)/',
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs'] },
  },
};

import { expect, test } from 'vitest';
import { findNobody } from './unprivileged-user.ts';

test('finds nobody', () => {
  const passwd =
    'root:x:0:0:root:/root:/bin/bash\nnobody2:x:7:7::/:\nnobody:x:65533:65532:nobody:/:/usr/sbin/nologin\n';
  expect(findNobody(passwd)).toEqual({ uid: 65533, gid: 65532 });
});

test.each([
  '',
  'root:x:0:0:root:/root:/bin/bash\n',
  'nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false\n',
  'nobody\n',
])('falls back where there is none that can be used: %j', (passwd) => {
  expect(findNobody(passwd)).toEqual({ uid: 65534, gid: 65534 });
});

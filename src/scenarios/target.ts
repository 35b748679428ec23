import { faulty, type Reading } from './fault.ts';
import { reading, table } from './shapes.ts';

const example = 'for example http://127.0.0.1:8080';

const address = reading('the url', (input): Reading<string> => {
  if (typeof input !== 'string') return faulty('the url must be a text', example);
  if (!/^https?:\/\//i.test(input)) {
    const hint = /^[\w.-]+(:\d+)?(\/|$)/.test(input) ? `write http://${input}` : example;
    return faulty('the url must begin with http:// or https://', hint);
  }
  const url = URL.canParse(input) ? new URL(input) : undefined;
  if (!url || /\s/.test(input)) return faulty(`the url "${input}" is not an address`, example);
  const extra = /[?#]/.exec(input);
  if (extra) {
    const within = { start: extra.index, end: input.length };
    return faulty('the url of a target ends with its path', 'a query belongs to the requests of the workload', within);
  }
  if (url.username !== '' || url.password !== '') {
    // It would be printed in every report.
    return faulty('the url cannot hold a name or a password', 'give the requests a header "authorization"');
  }
  return { value: url.href.replace(/\/+$/, '') };
});

/** `target:`: a server of the user's own in place of the reference app. */
export const targetSchema = table('target', { url: address });

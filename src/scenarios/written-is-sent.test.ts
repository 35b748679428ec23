import { describe, expect, it } from 'vitest';
import { only, problemsOf, scenario, workload } from './testing/files.ts';
import { describeRequest, describeSettings } from './words/words.ts';

const environment = {
  API_TOKEN: 's3cret-t0ken',
  COUNT: '20',
  WAIT: '2s',
  BASE: 'http://10.0.0.7:80/v2/',
  LINE: 'a\nb',
};

function request(...lines: readonly string[]): string {
  return scenario('workload:', ...lines.map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`));
}

describe('a variable of the environment', () => {
  const text = request(
    'request: POST /users?t=${API_TOKEN}',
    "headers: { authorization: 'Bearer ${API_TOKEN}' }",
    "body: { token: '${API_TOKEN}', mode: '${MODE:-fast}' }",
    'check: { contains: "${API_TOKEN}" }',
  );

  it('stays as it is written, in the plan and in words', () => {
    const read = only(text, environment);
    expect(read.workload.requests[0]).toMatchObject({
      path: '/users?t=${API_TOKEN}',
      headers: { authorization: 'Bearer ${API_TOKEN}' },
      body: '{"token":"${API_TOKEN}","mode":"${MODE:-fast}"}',
      check: { contains: '${API_TOKEN}' },
    });
    expect(JSON.stringify(read)).not.toContain(environment.API_TOKEN);
    expect(read.workload.requests.map((each) => describeRequest(each, read.workload)).join()).toContain('${API_TOKEN}');
  });

  it('is a problem at each of its places where it is not set', () => {
    const places = problemsOf(text)
      .split('\n')
      .filter((line) => line.includes('error:'));
    expect(places).toEqual([
      'test.yaml:6:32 error: the variable API_TOKEN is not set',
      'test.yaml:7:43 error: the variable API_TOKEN is not set',
      'test.yaml:8:25 error: the variable API_TOKEN is not set',
      'test.yaml:9:29 error: the variable API_TOKEN is not set',
    ]);
    expect(problemsOf(request('request: GET /', "headers: { a: 'x ${NONE}' }"))).toBe(
      [
        'test.yaml:7:26 error: the variable NONE is not set',
        "    7 |         headers: { a: 'x ${NONE}' }",
        '      |                          ~~~~~~~',
        '      hint: set it in the environment, or give a default: ${NONE:-…}; the text itself is written $${',
      ].join('\n'),
    );
  });

  it('is no key, and no text', () => {
    expect(problemsOf(request('request: GET /$${user}'))).toBe('no problem');
    expect(problemsOf(request('request: GET /${user}'))).toContain('the variable user is not set');
    expect(problemsOf(request('request: PUT /', "body: 'a ${b c}'"))).toContain(
      'these braces hold no name of a variable',
    );
  });

  it('has a value that can be sent in a header', () => {
    const problem = problemsOf(request('request: GET /', "headers: { a: 'x ${LINE}' }"), environment);
    expect(problem).toContain('test.yaml:7:26 error: the value of LINE has a character that no header can hold');
    expect(problem).not.toContain('a\nb');
  });

  it('may be the address of a target, what a server is started with, and a word of its command', () => {
    const url = only(scenario(workload, "target: { url: '${BASE}' }"), environment).variants[0];
    expect(url?.system).toEqual({ kind: 'url', url: '${BASE}' });
    expect(url && describeSettings(url)).toBe('target ${BASE}');
    const image = "target: { image: 'shop:${COUNT}', args: ['${API_TOKEN}'], env: { T: '${API_TOKEN}' } }";
    expect(only(scenario(workload, image), environment).variants[0]?.system).toMatchObject({
      image: 'shop:${COUNT}',
      args: ['${API_TOKEN}'],
      environment: { T: '${API_TOKEN}' },
    });
    const words = "target: { command: [serve, '--token=${API_TOKEN}', '${PORT}', '$${x}', '${A:-b c}'] }";
    expect(only(scenario(workload, words), environment).variants[0]?.system).toMatchObject({
      command: `serve '--token='"\${API_TOKEN}" "\${PORT}" '\${''x}' "\${A:-b c}"`,
    });
  });

  it('is a problem in an address that is none, and the problem does not say what it is', () => {
    expect(problemsOf(scenario(workload, "target: { url: '${API_TOKEN}' }"), environment)).toContain(
      'hint: write http://${API_TOKEN}',
    );
    const secret = { BASE: 'http://me:hunter2@10.0.0.7' };
    const problem = problemsOf(scenario(workload, "target: { url: '${BASE}' }"), secret);
    expect(problem).toContain('the url cannot hold a name or a password');
    expect(problem).not.toContain('hunter2');
    expect(problemsOf(scenario(workload, "target: { image: 'a:${NONE}', env: { A: '${B}' } }"))).toMatch(
      /variable NONE is not set[^]*variable B is not set/,
    );
  });

  it('may be a setting, whose value is then told', () => {
    const load = "load: { connections: '${COUNT}', duration: '${WAIT}', warmup: '${WARMUP:-0s}' }";
    const read = only(scenario(workload, load, 'replicas: ["${REPLICAS:-2}", 4]', 'rounds: ${COUNT}'), environment);
    expect(read).toMatchObject({ rounds: 20, replicas: [2, 4] });
    expect(read.load).toMatchObject({ connections: 20, durationMs: 2000, warmupMs: 0 });
    expect(problemsOf(scenario(workload, 'rounds: ${NONE}'))).toContain(
      'test.yaml:6:13 error: the variable NONE is not set',
    );
  });

  it('is not told where it was named as a setting by mistake', () => {
    const problem = problemsOf(scenario(workload, 'load: { duration: "${API_TOKEN}" }'), environment);
    expect(problem).toContain('the duration must be a time, not "${API_TOKEN}"');
    expect(problem).not.toContain(environment.API_TOKEN);
  });
});

describe('what is written is sent', () => {
  const sent = (...lines: readonly string[]) => only(request(...lines)).workload.requests[0];

  it('as a number of any length, in a body, a header, a check', () => {
    const read = sent(
      'request: POST /orders',
      'headers: { x-id: 4634343214213523454, x-version: 1.50 }',
      'body: { orderId: 4634343214213523454, price: 1.50, far: 1e400, 2: b, 1: a, list: [0.10, -0, True, ~] }',
      'check: { contains: 4634343214213523454 }',
    );
    expect(read?.body).toBe(
      '{"orderId":4634343214213523454,"price":1.50,"far":1e400,"2":"b","1":"a","list":[0.10,-0,true,null]}',
    );
    expect(read?.headers).toMatchObject({ 'x-id': '4634343214213523454', 'x-version': '1.50' });
    expect(read?.check.contains).toBe('4634343214213523454');
  });

  it.each(['007', '0x1F', '.5', '+1', '.inf', '.nan'])('or is a problem at its place: %s', (number) => {
    expect(
      problemsOf(request('request: PUT /', `body: { a: [1, ${number}] }`))
        .split('\n')
        .slice(0, 3),
    ).toEqual([
      `test.yaml:7:24 error: JSON has no number that is written ${number}`,
      `    7 |         body: { a: [1, ${number}] }`,
      `      |                        ${'~'.repeat(number.length)}`,
    ]);
  });

  it('under each name of a header that HTTP allows', () => {
    expect(sent('request: GET /', 'headers: { api_key: abc, X.Y~z!: 1 }')?.headers).toEqual({
      api_key: 'abc',
      'X.Y~z!': '1',
    });
    const problem = problemsOf(request('request: GET /', "headers: { accept: text/plain, 'api key': abc, host: x }"));
    expect(problem).toContain(
      [
        'test.yaml:7:40 error: "api key" is not the name of a header',
        "    7 |         headers: { accept: text/plain, 'api key': abc, host: x }",
        '      |                                        ~~~~~~~~~',
      ].join('\n'),
    );
    expect(problem).toContain('the lab itself sets the header "host"');
  });

  it('with keys in headers, which have to be defined', () => {
    const text = request('request: GET /', "headers: { x-user: '{user}' }");
    expect(problemsOf(text)).toContain('the key "user" is not defined');
    expect(problemsOf(`${text}    keys: { user: { uniform: 10 } }\n`)).toBe('no problem');
  });
});

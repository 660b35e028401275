import { randomUUID } from 'node:crypto';
import { Signer } from '@fastify/cookie';
import { formatVerificationId } from '../../../src/gateway/ids';
import { createTemporalClient } from '../../../src/temporal/client';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { LogLines } from '../../support/log-lines';
import {
  eventually,
  PUBLIC_URL,
  receivedCode,
  startService,
  uniquePhoneNumber,
  untilPending,
  wrongCodeFor,
  type Service,
  type ServiceOptions,
} from '../../support/service';

const KEY = Buffer.alloc(32, 7);
const OTHER_KEY = Buffer.alloc(32, 8);

let server: DevServer;
let service: Service;
/** Services that only one test uses. */
const others: Service[] = [];

beforeAll(async () => {
  server = await connectDevServer();
  service = await startPage();
});

afterAll(async () => {
  for (const each of [service, ...others]) await each.stop();
  await server.close();
});

function startPage(options: Partial<ServiceOptions> = {}, cookieKeys = [KEY]): Promise<Service> {
  return startService({ ...server, tryItPage: { cookieKeys, phonePageUrl: undefined }, ...options });
}

async function another(options: Partial<ServiceOptions> = {}, cookieKeys = [KEY]): Promise<Service> {
  const created = await startPage({ withWorker: false, ...options }, cookieKeys);
  others.push(created);
  return created;
}

/** A browser without JavaScript: it keeps cookies and sends the forms of the page that it shows. */
class Visitor {
  readonly #cookies = new Map<string, string>();
  /** All `Set-Cookie` headers so far. */
  readonly setCookies: string[] = [];
  html = '';
  status = 0;
  location: string | undefined;
  retryAfter: string | undefined;

  constructor(
    readonly app = service.app,
    readonly remoteAddress = '203.0.113.7',
  ) {}

  get cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  async get(url = '/', headers: Record<string, string> = {}): Promise<this> {
    return this.#request('GET', url, headers);
  }

  /** Sends the form of the current page that goes to `url`. `fields` replace its fields. */
  async send(url: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) {
    const hidden = [...this.html.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)];
    const form = { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), ...fields };
    const type = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
    await this.#request('POST', url, type, new URLSearchParams(form).toString());
    return this;
  }

  /** Sends a form and goes where its answer leads. */
  async sendAndFollow(url: string, fields: Record<string, string> = {}): Promise<this> {
    await this.send(url, fields);
    return this.location === undefined ? this : this.get(this.location);
  }

  async #request(method: 'GET' | 'POST', url: string, headers: Record<string, string>, payload?: string) {
    const response = await this.app.inject({
      method,
      url,
      remoteAddress: this.remoteAddress,
      headers: { ...headers, ...(this.#cookies.size > 0 && { cookie: this.cookieHeader }) },
      ...(payload !== undefined && { payload }),
    });
    this.setCookies.push(...[response.headers['set-cookie'] ?? []].flat());
    for (const { name, value, maxAge, expires } of response.cookies) {
      const isDeleted = maxAge === 0 || (expires !== undefined && expires.getTime() <= Date.now());
      if (isDeleted) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    this.status = response.statusCode;
    this.html = response.headers['content-type']?.toString().startsWith('text/html') ? response.body : '';
    this.location = response.headers.location?.toString();
    this.retryAfter = response.headers['retry-after']?.toString();
    return this;
  }
}

const SESSION = '__Host-verification';

async function started(visitor = new Visitor(), phoneNumber = uniquePhoneNumber()) {
  await visitor.get();
  await visitor.sendAndFollow('/try-it/start', { phoneNumber });
  return { visitor, phoneNumber };
}

/** Gives the visitor the cookie of a verification that Temporal does not have. Returns its id. */
function addVerification(visitor: Visitor): string {
  const workflowId = `phone-verification:${'ab'.repeat(16)}`;
  const id = formatVerificationId({ workflowId, runId: randomUUID(), nonce: 'A'.repeat(22) });
  visitor.setCookie(SESSION, new Signer(KEY.toString('base64')).sign(id));
  return id;
}

test('without the page, its paths do not exist', async () => {
  const plain = await startService({ ...server, withWorker: false });
  others.push(plain);
  const { app } = plain;
  for (const url of ['/', '/try-it/assets/try-it.js']) {
    expect((await app.inject({ url })).statusCode).toBe(404);
  }
});

test('the page loads only from the service itself, and other sites can not show it in a frame', async () => {
  const { headers } = await service.app.inject({ url: '/' });
  const policy = String(headers['content-security-policy']);
  expect(policy).toBe(
    "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';" +
      "form-action 'self';base-uri 'none';frame-ancestors 'none'",
  );
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
  });
});

test('the opener policy is missing if the page links to a phone page', async () => {
  const withPhone = await another({
    tryItPage: { cookieKeys: [KEY], phonePageUrl: 'http://127.0.0.1:3001' },
  });
  const policies = [service, withPhone].map(async ({ app }) => {
    const { headers } = await app.inject({ url: '/' });
    return headers['cross-origin-opener-policy'];
  });
  expect(await Promise.all(policies)).toEqual(['same-origin', undefined]);
});

test('cookies are signed, for this host only, and not readable by scripts', async () => {
  const visitor = await new Visitor().get();
  await visitor.send('/try-it/start', { phoneNumber: uniquePhoneNumber() });
  const attributes = 'Path=/; HttpOnly; Secure; SameSite=Lax';
  expect(visitor.setCookies).toEqual([
    expect.stringMatching(new RegExp(`^__Host-csrf=[\\w-]+\\.[\\w%]+; ${attributes}$`)),
    expect.stringMatching(new RegExp(`^__Host-verification=[\\w-]{64}\\.[\\w%]+; ${attributes}$`)),
  ]);
});

test('a cookie without a valid signature shows no verification', async () => {
  const { visitor, phoneNumber } = await started();
  const id = visitor.cookie(SESSION)?.split('.')[0] ?? '';
  const stranger = new Visitor();
  for (const forged of [id, `${id}.`, `${id}.AAAA`]) {
    stranger.setCookie(SESSION, forged);
    await stranger.get();
    expect(stranger.html).toContain('name="phoneNumber"');
    expect(stranger.html).not.toContain(phoneNumber);
  }
});

test('after a rotation of the secret keys, open pages go on', async () => {
  const { visitor } = await started();
  const rotated = await another({}, [OTHER_KEY, KEY]);
  const later = new Visitor(rotated.app);
  later.setCookie(SESSION, visitor.cookie(SESSION) ?? '');
  expect((await later.get()).html).not.toContain('name="phoneNumber"');
});

/** The token in the form of somebody else. */
async function foreignToken(): Promise<string> {
  const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec((await new Visitor().get()).html) ?? [];
  expect(token).not.toBe('');
  return token;
}

const NOT_VALID = 'This form is no longer valid. Try again. The page needs cookies.';
const WRONG_ADDRESS = `This page works only at ${PUBLIC_URL}/. Open it there and try again.`;

test.each([
  ['without a token', async () => ({ _csrf: '' }), {}, NOT_VALID],
  ['with a token of another session', async () => ({ _csrf: await foreignToken() }), {}, NOT_VALID],
  ['from another site', async () => ({}), { origin: 'https://evil.example.com' }, WRONG_ADDRESS],
  [
    'from another site, without an origin',
    async () => ({}),
    { 'sec-fetch-site': 'cross-site' },
    WRONG_ADDRESS,
  ],
])('a form %s is refused and starts nothing', async (_name, fields, headers, sentence) => {
  const visitor = await new Visitor().get();
  const phoneNumber = uniquePhoneNumber();
  await visitor.send('/try-it/start', { phoneNumber, ...(await fields()) }, headers);
  expect(visitor.status).toBe(403);
  expect(visitor.html).toContain(sentence);
  expect(visitor.cookie(SESSION)).toBeUndefined();

  // If the refused form had started a verification, this would be 409.
  await visitor.get();
  await visitor.send('/try-it/start', { phoneNumber });
  expect(visitor.status).toBe(303);
});

test('a form that another site sends changes no cookie, so the forms of open tabs stay valid', async () => {
  const visitor = await new Visitor().get();
  const form = visitor.html;
  // Browsers do not send SameSite cookies with it, but would keep those of the answer.
  const { headers, body } = await service.app.inject({
    method: 'POST',
    url: '/try-it/start',
    headers: { origin: 'https://evil.example.com', 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'phoneNumber=1',
  });
  expect(headers['set-cookie']).toBeUndefined();
  expect(body).toContain(`href="${PUBLIC_URL}/"`);
  expect(body).not.toContain('_csrf');

  visitor.html = form;
  await visitor.send('/try-it/start', { phoneNumber: uniquePhoneNumber() });
  expect(visitor.status).toBe(303);
});

test('a refused form is one line of the log, which nobody is warned by', async () => {
  const log = new LogLines();
  const { app } = await another({ log });
  const visitor = await new Visitor(app).get();
  await visitor.send('/try-it/start', { phoneNumber: uniquePhoneNumber(), _csrf: '' });
  expect(log.lines).toMatchObject([
    { level: 30, method: 'GET', route: '/', status: 200, msg: 'request completed' },
    { level: 30, method: 'POST', route: '/try-it/start', status: 403, code: 'forbidden' },
  ]);
});

test('a form that is sent twice starts one verification and takes one attempt', async () => {
  const visitor = await new Visitor().get();
  const phoneNumber = uniquePhoneNumber();
  const form = visitor.html;
  await visitor.send('/try-it/start', { phoneNumber });
  const first = visitor.cookie(SESSION);
  visitor.html = form;
  await visitor.send('/try-it/start', { phoneNumber });
  expect(visitor.status).toBe(303);
  expect(visitor.cookie(SESSION)).toBe(first);

  const code = await receivedCode(service.sandbox, phoneNumber);
  await visitor.get();
  const page = visitor.html;
  await visitor.send('/try-it/check', { code: wrongCodeFor(code) });
  visitor.html = page;
  await visitor.sendAndFollow('/try-it/check', { code: wrongCodeFor(code) });
  expect(visitor.html).toContain('That code is not right. 3 attempts left.');
  expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
});

test('a number that somebody else is verifying is refused, and says when to try again', async () => {
  const { phoneNumber } = await started();
  const visitor = await new Visitor().get();
  await visitor.send('/try-it/start', { phoneNumber });
  expect(visitor.status).toBe(409);
  expect(visitor.html).toMatch(
    /This number is already being verified\. Try again in \d+ (seconds|minutes)\./,
  );
  expect(visitor.html).toContain(`value="${phoneNumber}"`);
  expect(visitor.cookie(SESSION)).toBeUndefined();
});

test('starts and resends count against the limit of the client address', async () => {
  const limited = await another({ withWorker: true, limits: { clientIp: { max: 1, periodMs: 3_600_000 } } });
  const { visitor } = await started(new Visitor(limited.app));
  await visitor.send('/try-it/resend');
  expect(visitor.status).toBe(429);
  expect(visitor.html).toMatch(/There were too many requests\. Try again in \d+ minutes\./);
  expect(Number(visitor.retryAfter)).toBeGreaterThan(3_500);
  const neighbour = await started(new Visitor(limited.app, '203.0.113.8'));
  expect(neighbour.visitor.html).toContain('name="code"');
});

test('a resend that comes too early says when to try again, and the code can still be entered', async () => {
  const { visitor, phoneNumber } = await started();
  const code = await receivedCode(service.sandbox, phoneNumber);
  const id = visitor.cookie(SESSION)?.split('.')[0] ?? '';
  await untilPending(service, id);
  await visitor.get();
  await visitor.send('/try-it/resend');
  expect(visitor.status).toBe(429);
  expect(visitor.html).toMatch(/The last message was sent a short time ago\. Try again in \d+ seconds\./);
  await visitor.sendAndFollow('/try-it/check', { code });
  expect(visitor.html).toContain('Verified');
});

test('in the last 15 seconds, the page does not offer to send the code again', async () => {
  const quick = await another({ withWorker: true, policy: { windowMs: 17_000, resendIntervalMs: 0 } });
  const { visitor } = await started(new Visitor(quick.app));
  const isOffered = async () => (await visitor.get()).html.includes('action="/try-it/resend"');
  await eventually(isOffered);
  await eventually(async () => !(await isOffered()));
  expect(visitor.html).toMatch(/We sent a message with the code to [^<]*4 attempts left\./);
  expect(visitor.html).toMatch(/data-seconds-left="1[45]"/);
});

test('a field is marked as invalid only if its text is the reason', async () => {
  const isMarked = () => visitor.html.includes('aria-invalid="true"');
  const { visitor, phoneNumber } = await started();
  const code = await receivedCode(service.sandbox, phoneNumber);
  await untilPending(service, visitor.cookie(SESSION)?.split('.')[0] ?? '');
  await visitor.get();
  expect(isMarked()).toBe(false);
  await visitor.send('/try-it/resend');
  expect([visitor.status, isMarked()]).toEqual([429, false]);
  expect(visitor.html).toContain('data-refused');
  await visitor.send('/try-it/check', { code: 'abcd' });
  expect([visitor.status, isMarked()]).toEqual([400, true]);
  await visitor.sendAndFollow('/try-it/check', { code: wrongCodeFor(code) });
  expect([visitor.status, isMarked()]).toEqual([200, true]);
});

test.each(['notice=anything', 'notice', 'notice=resent&notice=wrong_code'])(
  'the page ignores a notice that it does not know: %s',
  async (query) => {
    const visitor = await new Visitor().get(`/?${query}`);
    expect(visitor.status).toBe(200);
    expect(visitor.html).toContain('name="phoneNumber"');
  },
);

test('a button that is refused after the end says so', async () => {
  const { visitor, phoneNumber } = await started();
  await visitor.sendAndFollow('/try-it/check', { code: await receivedCode(service.sandbox, phoneNumber) });
  expect(visitor.html).toContain('Verified');
  await visitor.send('/try-it/restart', { _csrf: '' });
  expect(visitor.status).toBe(403);
  expect(visitor.html).toContain('This form is no longer valid. Try again.');
});

test('“Use another number” cancels the verification', async () => {
  const { visitor } = await started();
  const id = visitor.cookie(SESSION)?.split('.')[0] ?? '';
  await visitor.sendAndFollow('/try-it/restart');
  expect(visitor.html).toContain('name="phoneNumber"');
  expect((await service.verifications.get(id)).status).toBe('canceled');
});

test('“Use another number” needs no worker', async () => {
  const idle = await another();
  const visitor = await new Visitor(idle.app).get();
  const form = visitor.html;
  await visitor.send('/try-it/start', { phoneNumber: uniquePhoneNumber() });
  const id = visitor.cookie(SESSION)?.split('.')[0] ?? '';
  visitor.html = form;
  await visitor.sendAndFollow('/try-it/restart', { verification: id });
  expect(visitor.status).toBe(200);
  expect(visitor.html).toContain('name="phoneNumber"');
  expect(visitor.cookie(SESSION)).toBeUndefined();

  await idle.startWorker();
  expect((await idle.verifications.get(id)).status).toBe('canceled');
});

test('“Use another number” leads to the first screen although Temporal can not be reached', async () => {
  const log = new LogLines();
  const client = createTemporalClient({ connection: { address: '127.0.0.1:1' }, namespace: 'default' });
  const { app } = await another({ log, client });
  const visitor = await new Visitor(app).get();
  const id = addVerification(visitor);
  await visitor.sendAndFollow('/try-it/restart', { verification: id });
  expect(visitor.html).toContain('name="phoneNumber"');
  expect(visitor.cookie(SESSION)).toBeUndefined();
  expect(log.lines).toContainEqual(
    expect.objectContaining({ level: 40, status: 303, code: 'temporal_unavailable' }),
  );
});

test('a form of an earlier verification, in another tab, does nothing to the current one', async () => {
  const { visitor } = await started();
  const earlier = / name="verification" value="([^"]+)"/.exec(visitor.html)?.[1] ?? '';
  await visitor.sendAndFollow('/try-it/restart');
  const { phoneNumber } = await started(visitor);
  const id = visitor.cookie(SESSION)?.split('.')[0] ?? '';
  await untilPending(service, id);
  const wrongCode = wrongCodeFor(await receivedCode(service.sandbox, phoneNumber));
  await visitor.get();

  for (const [url, fields] of [
    ['/try-it/check', { code: wrongCode }],
    ['/try-it/resend', {}],
    ['/try-it/restart', {}],
  ] as const) {
    await visitor.sendAndFollow(url, { verification: earlier, ...fields });
    expect(visitor.status).toBe(200);
    expect(visitor.html).toMatch(/We sent a message with the code to [^<]*4 attempts left\./);
  }
});

test('a verification that Temporal no longer has leads to the first screen', async () => {
  const visitor = new Visitor();
  addVerification(visitor);
  expect((await visitor.get()).html).toContain('name="phoneNumber"');
  expect(visitor.status).toBe(200);
  expect(visitor.cookie(SESSION)).toBeUndefined();
});

test('without a worker, the page says that the code comes, or that it is not available', async () => {
  const { app } = await another();
  const { visitor } = await started(new Visitor(app));
  expect(visitor.status).toBe(503);
  expect(visitor.html).toContain('Your code is being sent. This can take a while.');
  await visitor.get();
  expect(visitor.status).toBe(503);
  expect(visitor.html).toContain('The service is not available at the moment. Try again.');
  expect(visitor.cookie(SESSION)).toBeDefined();
  // The notice alone does not prove a start.
  const stranger = await new Visitor(app).get('/?notice=started');
  expect(stranger.html).toContain('name="phoneNumber"');
});

test('a number that must wait is refused with the time to wait', async () => {
  const cooling = await another({ withWorker: true, cooldownSeconds: [60] });
  const { visitor, phoneNumber } = await started(new Visitor(cooling.app));
  await receivedCode(cooling.sandbox, phoneNumber);
  await untilPending(cooling, visitor.cookie(SESSION)?.split('.')[0] ?? '');
  await visitor.get();
  await visitor.sendAndFollow('/try-it/restart');
  await visitor.send('/try-it/start', { phoneNumber });
  expect(visitor.status).toBe(429);
  expect(visitor.html).toMatch(/Please wait \d+ seconds before you try this number again\./);
});

test('a check that was not answered is repeated with the same form, and takes one attempt', async () => {
  const restarted = await another({ withWorker: true });
  const { visitor, phoneNumber } = await started(new Visitor(restarted.app));
  const wrongCode = wrongCodeFor(await receivedCode(restarted.sandbox, phoneNumber));
  await visitor.get();
  await restarted.stopWorker();
  await visitor.send('/try-it/check', { code: wrongCode });
  expect(visitor.status).toBe(503);
  expect(visitor.html).toContain('Checking the same code again does not use another attempt.');

  await restarted.startWorker();
  // The form has the code.
  const form = visitor.html;
  for (let times = 1; times <= 2; times++) {
    visitor.html = form;
    await visitor.sendAndFollow('/try-it/check');
    expect(visitor.html).toContain('That code is not right. 3 attempts left.');
  }
});

test('a start that was not answered is repeated with the same form', async () => {
  const client = createTemporalClient({ connection: { address: '127.0.0.1:1' }, namespace: 'default' });
  const { app } = await another({ client });
  const visitor = await new Visitor(app).get();
  const formId = '7d1f8f0e-form-that-was-not-answered';
  await visitor.send('/try-it/start', { phoneNumber: uniquePhoneNumber(), formId });
  expect(visitor.status).toBe(503);
  expect(visitor.html).toContain(`name="formId" value="${formId}"`);
});

test('a form that is sent again with another code takes no attempt, and says what to do', async () => {
  const { visitor, phoneNumber } = await started();
  const code = await receivedCode(service.sandbox, phoneNumber);
  await visitor.get();
  const form = visitor.html;
  await visitor.send('/try-it/check', { code: wrongCodeFor(code) });
  visitor.html = form;
  await visitor.send('/try-it/check', { code });
  expect(visitor.status).toBe(422);
  expect(visitor.html).toContain('This form was already sent with another code. Enter the code again.');
  // The new form has another id.
  await visitor.sendAndFollow('/try-it/check', { code });
  expect(visitor.html).toContain('Verified');
});

test('a form for a number that is sent again from another network says what to do', async () => {
  const visitor = await new Visitor().get();
  const form = { phoneNumber: uniquePhoneNumber(), formId: randomUUID() };
  await visitor.send('/try-it/start', form);
  const elsewhere = await new Visitor(service.app, '198.51.100.9').get();
  await elsewhere.send('/try-it/start', form);
  expect(elsewhere.status).toBe(422);
  expect(elsewhere.html).toContain('This form was already sent. Open the page again.');
});

test('a form that is not complete is refused with a sentence', async () => {
  const visitor = await new Visitor().get();
  await visitor.send('/try-it/start', { formId: '' });
  expect(visitor.status).toBe(400);
  expect(visitor.html).toContain('The form could not be read. Try again.');
});

test.each(['start', 'check', 'resend', 'restart'])(
  'the address of the form %s, opened without sending it, leads to the page',
  async (name) => {
    const visitor = await new Visitor().get(`/try-it/${name}`);
    expect([visitor.status, visitor.location]).toEqual([303, '/']);
    const { statusCode, headers } = await service.app.inject({ method: 'PUT', url: `/try-it/${name}` });
    expect([statusCode, headers['allow']]).toEqual([405, 'GET, HEAD, POST']);
  },
);

test('text from a person is shown as text', async () => {
  const visitor = await new Visitor().get();
  await visitor.send('/try-it/start', { phoneNumber: '"><script>alert(1)</script>' });
  expect(visitor.html).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
  expect(visitor.html).not.toContain('<script>alert');
});

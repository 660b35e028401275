import { once } from 'node:events';
import { createServer } from 'node:net';
import { assertPortsAreFree, freePort, LOOPBACK } from '../../harness/ports';
import { TYPESCRIPT_OPTIONS } from '../../harness/project';
import { runToEnd } from '../support/run-to-end';

test('the error lists all ports in use, each with its user and the variable that changes it', async () => {
  const busy = createServer().listen(0, LOOPBACK);
  await once(busy, 'listening');
  const address = busy.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;

  try {
    await expect(
      assertPortsAreFree([
        { host: LOOPBACK, port, variable: 'PORT', user: 'the API' },
        { host: LOOPBACK, port: await freePort(), variable: 'SMS_SANDBOX_PORT', user: 'the SMS sandbox' },
        { host: LOOPBACK, port, variable: 'TEMPORAL_DEV_PORT', user: 'Temporal' },
      ]),
    ).rejects.toThrow(
      'Nothing was started:\n' +
        `  port ${port} (the API) is in use: free it, or set PORT to another port\n` +
        `  port ${port} (Temporal) is in use: free it, or set TEMPORAL_DEV_PORT to another port\n` +
        'To run a second instance at the same time, also set DATA_DIR to another folder',
    );
  } finally {
    busy.close();
  }
});

test('a port that two variables set is an error about these variables', async () => {
  const port = await freePort();

  const look = assertPortsAreFree([
    { host: LOOPBACK, port, variable: 'PORT', user: 'the API' },
    { host: LOOPBACK, port, variable: 'SMS_SANDBOX_PORT', user: 'the SMS sandbox' },
  ]);

  await expect(look).rejects.toThrow(
    `  port ${port} (the SMS sandbox) is also set by PORT (the API): ` +
      'set PORT or SMS_SANDBOX_PORT to another port',
  );
  await expect(look).rejects.not.toThrow(/in use|DATA_DIR/);
});

test('the error about an address of another machine contains it', async () => {
  await expect(
    assertPortsAreFree([{ host: '192.0.2.1', port: 3000, variable: 'PORT', user: 'the API' }]),
  ).rejects.toThrow(/port 3000 \(the API\) cannot be used: .*192\.0\.2\.1.*; change HOST or PORT/);
});

test('free ports stay free after the check', async () => {
  const port = await freePort();
  const wanted = [{ host: LOOPBACK, port, variable: 'PORT', user: 'the API' }];

  await assertPortsAreFree(wanted);
  await assertPortsAreFree(wanted);
});

test('no port is returned twice, also not by another process, and none that is in use', async () => {
  // No other call looks below 20,000, and no other process has this process's id.
  const first = 10_000 + 3 * (process.pid % 3_000);
  const range = { first, last: first + 2 };
  const server = createServer().listen(first, LOOPBACK);
  await once(server, 'listening');

  try {
    const ports = await Promise.all([freePort(range), freePort(range)]);
    const inOtherProcess = await runToEnd(
      process.execPath,
      [...TYPESCRIPT_OPTIONS, '--eval', `require('./harness/ports').freePort(${JSON.stringify(range)})`],
      {},
    );

    expect(ports.toSorted()).toEqual([first + 1, first + 2]);
    expect(inOtherProcess.stderr).toContain(`No port from ${first} to ${first + 2} is free.`);
  } finally {
    server.close();
  }
});

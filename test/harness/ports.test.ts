import { once } from 'node:events';
import { createServer } from 'node:net';
import { assertPortsAreFree, freePort, LOOPBACK } from '../../harness/ports';

test('all busy ports are named at once, each with its user and the variable that changes it', async () => {
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
        `  port ${port} (the API) is busy: free it, or set PORT to another one\n` +
        `  port ${port} (Temporal) is busy: free it, or set TEMPORAL_DEV_PORT to another one\n` +
        'To run a second one beside another, set DATA_DIR to another folder as well',
    );
  } finally {
    busy.close();
  }
});

test('a port that two variables name is said to be, and not to be busy', async () => {
  const port = await freePort();

  const look = assertPortsAreFree([
    { host: LOOPBACK, port, variable: 'PORT', user: 'the API' },
    { host: LOOPBACK, port, variable: 'SMS_SANDBOX_PORT', user: 'the SMS sandbox' },
  ]);

  await expect(look).rejects.toThrow(
    `  port ${port} (the SMS sandbox) is named by PORT, too (the API): ` +
      'set PORT or SMS_SANDBOX_PORT to another one',
  );
  await expect(look).rejects.not.toThrow(/busy|DATA_DIR/);
});

test('an address that is not this machine’s is an error that names it', async () => {
  await expect(
    assertPortsAreFree([{ host: '192.0.2.1', port: 3000, variable: 'PORT', user: 'the API' }]),
  ).rejects.toThrow(
    /port 3000 \(the API\) can not be listened on: .*192\.0\.2\.1.*; HOST and PORT change that/,
  );
});

test('free ports can be taken after the look', async () => {
  const port = await freePort();
  const wanted = [{ host: LOOPBACK, port, variable: 'PORT', user: 'the API' }];

  await assertPortsAreFree(wanted);
  await assertPortsAreFree(wanted);
});

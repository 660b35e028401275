import { runNpm, runSource } from '../support/run-to-end';

/** How long the command waits for its API. */
const START_LIMIT_MS = 60_000;

test('npm run openapi prints the document of all surfaces, for this PUBLIC_URL', async () => {
  const { exitCode, stdout } = await runNpm('openapi', [], {
    PUBLIC_URL: 'https://verify.example.com/phone',
  });
  const document = JSON.parse(stdout) as { servers: object[]; tags: { name: string }[] };

  expect(exitCode).toBe(0);
  expect(document.servers).toEqual([{ url: 'https://verify.example.com/phone' }]);
  expect(document.tags.map(({ name }) => name)).toContain('Codec server');
});

test('npm run openapi says why its API can not start, and does not wait for it', async () => {
  const startedAt = performance.now();
  const ended = await runSource('scripts/openapi.ts', [], { PUBLIC_URL: 'not-a-url' });

  expect(performance.now() - startedAt).toBeLessThan(START_LIMIT_MS);
  expect(ended.exitCode).toBe(1);
  expect(ended.stdout).toBe('');
  expect(ended.stderr).toMatch(
    /^The API printed:\nThe configuration is not valid:\n {2}PUBLIC_URL must be a URL/,
  );
  expect(ended.stderr).not.toContain('    at ');
});

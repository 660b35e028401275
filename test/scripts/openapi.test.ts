import { runSource } from '../support/run-to-end';

test('npm run openapi says at once why its API can not start', async () => {
  const ended = await runSource('scripts/openapi.ts', [], { PUBLIC_URL: 'not-a-url' });

  expect(ended.exitCode).toBe(1);
  expect(ended.stdout).toBe('');
  expect(ended.stderr).toMatch(
    /^The API printed:\nThe configuration is not valid:\n {2}PUBLIC_URL must be a URL/,
  );
  expect(ended.stderr).not.toContain('    at ');
});

import { lintOpenApi } from '../../scripts/lint-openapi';
import { runNpm } from '../support/run-to-end';

/** Linters are happy with it, unless something is taken away. */
const sound = {
  openapi: '3.1.0',
  info: {
    title: 'Codes',
    version: '1',
    description: 'Codes.',
    contact: { name: 'Us', url: 'https://codes.invalid' },
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: 'https://codes.invalid' }],
  tags: [{ name: 'Codes', description: 'Codes.' }],
  paths: {
    '/code': {
      get: {
        operationId: 'getCode',
        summary: 'Get',
        description: 'Gets.',
        tags: ['Codes'],
        security: [],
        responses: { 200: { description: 'It.' }, 404: { description: 'Not there.' } },
      },
    },
  },
};

test('both linters accept a sound document, and refuse one with a warning', async () => {
  const { info, ...rest } = sound;
  const { license: _, contact: __, ...bare } = info;

  const [accepted, refused] = await Promise.all([lintOpenApi(sound), lintOpenApi({ ...rest, info: bare })]);

  expect(accepted).toEqual({});
  expect(refused).toEqual({
    redocly: expect.stringContaining('info-license'),
    spectral: expect.stringContaining('info-contact'),
  });
});

test('npm run openapi prints the document of all surfaces, for this PUBLIC_URL', async () => {
  const { exitCode, stdout } = await runNpm('openapi', [], {
    PUBLIC_URL: 'https://verify.example.com/phone',
  });
  const document = JSON.parse(stdout) as { servers: object[]; tags: { name: string }[] };

  expect(exitCode).toBe(0);
  expect(document.servers).toEqual([{ url: 'https://verify.example.com/phone' }]);
  expect(document.tags.map(({ name }) => name)).toContain('Codec server');
});

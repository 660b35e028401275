import { lintOpenApi } from '../../scripts/lint-openapi';

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

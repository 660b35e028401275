import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PROJECT_DIRECTORY, TYPESCRIPT_OPTIONS } from '../../harness/project';

const SCRIPT = `
const { startOptionalTracing } = require('./src/telemetry/optional-tracing');
const tracing = startOptionalTracing(true, { serviceName: 'test', warn() {} });
console.log(typeof tracing.traceRequests);
`;

test('npm run dev can record traces: OpenTelemetry is loaded from the TypeScript files', async () => {
  const options = [...TYPESCRIPT_OPTIONS, '--eval', SCRIPT];
  const { stdout } = await promisify(execFile)(process.execPath, options, { cwd: PROJECT_DIRECTORY });

  expect(stdout).toBe('function\n');
});

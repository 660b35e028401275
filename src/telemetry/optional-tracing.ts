import type { InjectedSinks } from '@temporalio/worker';
import type { TracingSinks } from '../workflows/tracing';
import type * as tracing from './tracing';
import type { Tracing, TracingOptions } from './tracing';

/** Loads OpenTelemetry only if traces are recorded. */
export function startOptionalTracing(isOn: boolean, options: TracingOptions): Tracing | undefined {
  if (!isOn) return undefined;
  // Not `import()`: tsx/cjs, which runs `npm run dev`, does not find TypeScript files for it.
  // oxlint-disable-next-line typescript/no-require-imports, typescript/no-unsafe-type-assertion
  const { startTracing } = require('./tracing') as typeof tracing;
  return startTracing(options);
}

/** For a worker that records no traces: the workflow has spans if the API records traces. */
export const noWorkflowSpans: InjectedSinks<TracingSinks> = {
  tracing: { spanEnded: { fn: () => {}, callDuringReplay: false } },
};

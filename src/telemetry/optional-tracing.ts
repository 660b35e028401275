import type { InjectedSinks } from '@temporalio/worker';
import type { TracingSinks } from '../workflows/tracing';
import type { Tracing, TracingOptions } from './tracing';

/** Loads OpenTelemetry only if traces are recorded. */
export async function startOptionalTracing(
  isOn: boolean,
  options: TracingOptions,
): Promise<Tracing | undefined> {
  if (!isOn) return undefined;
  const { startTracing } = await import('./tracing.js');
  return startTracing(options);
}

/** For a worker that records no traces: the workflow has spans if the API records traces. */
export const noWorkflowSpans: InjectedSinks<TracingSinks> = {
  tracing: { spanEnded: { fn: () => {}, callDuringReplay: false } },
};

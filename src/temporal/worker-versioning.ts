import type { WorkerOptions } from '@temporalio/worker';

/** A build of the worker, as Temporal knows it. */
export interface WorkerVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

/** The options of a worker. A verification stays with the build that started it. It ends within minutes. */
export function versioningOptions(
  version: WorkerVersion | undefined,
): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (!version) return {};
  return {
    workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' },
  };
}

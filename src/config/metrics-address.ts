import { setVariables } from './read-environment';

/** Where a process offers its metrics. */
export interface MetricsAddress {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
  /** The variable that sets the port. */
  readonly variable: string;
  /** Whether the variable is set. A default port that is in use must not stop a process. */
  readonly isPortSet: boolean;
}

/** Undefined if the metrics are switched off. */
export function metricsAddress(
  env: NodeJS.ProcessEnv,
  host: string,
  variable: string,
  port: number | undefined,
): MetricsAddress | undefined {
  if (port === undefined) return undefined;
  return { host, port, variable, isPortSet: variable in setVariables(env) };
}

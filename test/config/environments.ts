import type { z } from 'zod';
import { apiConfig, apiEnvironment } from '../../src/config/api-config';
import { operatorConfig, operatorEnvironment } from '../../src/config/operator-config';
import { ConfigError } from '../../src/config/read-environment';
import { workerConfig, workerEnvironment } from '../../src/config/worker-config';

export const KEY = Buffer.alloc(32, 1).toString('base64');
export const LONG_API_KEY = 'a-key-of-a-caller';

/** All variables that any process requires. */
export const COMPLETE = {
  SECRET_KEYS: `k1:${KEY}`,
  PHONE_DIGEST_KEY: Buffer.alloc(32, 2).toString('base64'),
  API_KEYS: `one, two, ${LONG_API_KEY}`,
  TWILIO_ACCOUNT_SID: 'AC123',
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_FROM: '+15005550006',
};

export interface ServiceProcess {
  readonly process: 'api' | 'worker' | 'operator';
  readonly read: (env: NodeJS.ProcessEnv) => object;
  /** The variables that the process reads. */
  readonly variables: z.core.$ZodShape;
}

export const processes: readonly ServiceProcess[] = [
  { process: 'api', read: apiConfig, variables: apiEnvironment.shape },
  { process: 'worker', read: workerConfig, variables: workerEnvironment.shape },
  { process: 'operator', read: operatorConfig, variables: operatorEnvironment.shape },
];

/** The error message for an invalid configuration. */
export function refusalOf(read: ServiceProcess['read'], env: NodeJS.ProcessEnv): string {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('The configuration was accepted');
}

/** The error messages of the processes that read a variable. @throws ConfigError if another process refuses `env` */
export function refusalsOf(name: string, env: NodeJS.ProcessEnv): string[] {
  for (const { read, variables } of processes) if (!(name in variables)) read(env);
  return processes.flatMap(({ read, variables }) => (name in variables ? [refusalOf(read, env)] : []));
}

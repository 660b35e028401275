import path from 'node:path';
import { z } from 'zod';
import { development } from '../src/config/variables/development';

const variables = z.object(development);

export interface DevSettings {
  smsSandboxPort: number;
  temporalPort: number;
  temporalUiPort: number;
  workers: number;
  /** Absolute. */
  dataDir: string;
  /** Whether TEMPORAL_ADDRESS is set. Then no Temporal server is started. */
  hasTemporalAddress: boolean;
}

/** The settings, and a fault for each invalid value. An invalid value is replaced by the default. */
export function readDevSettings(env: Readonly<Record<string, string>>): {
  settings: DevSettings;
  faults: string[];
} {
  const issues = variables.safeParse(env).error?.issues ?? [];
  const wrong = new Set(issues.map(({ path: [name] }) => name));
  const right = variables.parse(Object.fromEntries(Object.entries(env).filter(([name]) => !wrong.has(name))));
  return {
    settings: {
      smsSandboxPort: right.SMS_SANDBOX_PORT,
      temporalPort: right.TEMPORAL_DEV_PORT,
      temporalUiPort: right.TEMPORAL_UI_PORT,
      workers: right.WORKERS,
      dataDir: path.resolve(right.DATA_DIR),
      hasTemporalAddress: env['TEMPORAL_ADDRESS'] !== undefined,
    },
    faults: issues.map(({ path: [name], message }) => `${String(name)} ${message}`),
  };
}

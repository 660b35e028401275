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
  /** Whether the environment names a Temporal server, so that none is started. */
  hasTemporalAddress: boolean;
}

/** The settings, with the default in place of each wrong value, and a sentence for each of those. */
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

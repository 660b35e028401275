import type { SetVariables } from '../src/config/read-environment';
import type { Secrets } from './secrets';
import type { DevSettings } from './settings';
import { LOOPBACK, urlOf } from '../harness/ports';
import { NO_LIMITS } from '../harness/service/service-environment';
import { sandboxCredentials, SANDBOX_FROM } from '../sandbox/account';

/** Slow enough to see each status on the phone, and to report a failure before the message is delivered. */
const VISIBLE_DELIVERY = { SMS_SANDBOX_STATUS_STEP_MS: '1000', SMS_SANDBOX_CARRIER_MS: '15000' };

/** The environment of the processes of `npm run dev`. The variables that are set override its defaults. */
export function developmentEnvironment(
  set: SetVariables,
  settings: DevSettings,
  secrets: Secrets,
): SetVariables {
  return {
    API_KEYS: 'dev',
    DURABLE_FUNCTIONS_AUTH: hasTwilioVariable(set) ? 'function' : 'anonymous',
    PAYLOAD_ENCRYPTION: 'off',
    TRY_IT_PAGE: 'on',
    ...NO_LIMITS,
    ...secrets,
    ...(settings.hasTemporalAddress ? {} : devServerVariables(settings)),
    ...(set['TWILIO_ACCOUNT_SID'] === undefined ? sandboxVariables(set, settings) : {}),
    ...set,
    DATA_DIR: settings.dataDir,
    SMS_SANDBOX_PORT: `${settings.smsSandboxPort}`,
  };
}

/** Then messages may cost money and reach real phones, so every start must need an API key. */
function hasTwilioVariable(set: SetVariables): boolean {
  return Object.keys(set).some((name) => name.startsWith('TWILIO_'));
}

/** The sandbox's URL for the service. */
export function smsSandboxUrl({ smsSandboxPort }: DevSettings): string {
  return urlOf(LOOPBACK, smsSandboxPort);
}

/** Overrides the user's Temporal profile, which may set TLS and another namespace. */
function devServerVariables({ temporalPort, temporalUiPort }: DevSettings): SetVariables {
  return {
    TEMPORAL_ADDRESS: `${LOOPBACK}:${temporalPort}`,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_TLS: 'false',
    CODEC_SERVER_ORIGIN: `http://localhost:${temporalUiPort}`,
  };
}

function sandboxVariables(set: SetVariables, settings: DevSettings): SetVariables {
  return {
    ...sandboxCredentials(set),
    TWILIO_API_URL: smsSandboxUrl(settings),
    SMS_SANDBOX_URL: `http://localhost:${settings.smsSandboxPort}`,
    ...VISIBLE_DELIVERY,
    ...(set['TWILIO_MESSAGING_SERVICE_SID'] === undefined && { TWILIO_FROM: SANDBOX_FROM }),
  };
}

import type { SetVariables } from '../src/config/read-environment';
import type { Secrets } from './secrets';
import type { DevSettings } from './settings';
import { LOOPBACK, urlOf } from '../harness/ports';
import { NO_LIMITS } from '../harness/service/service-environment';
import { sandboxCredentials, SANDBOX_FROM } from '../sandbox/account';

/** What the processes of development run with: its defaults, and over them whatever is set. */
export function developmentEnvironment(
  set: SetVariables,
  settings: DevSettings,
  secrets: Secrets,
): SetVariables {
  return {
    API_KEYS: 'dev',
    DURABLE_FUNCTIONS_AUTH: namesTwilio(set) ? 'function' : 'anonymous',
    PAYLOAD_ENCRYPTION: 'off',
    TRY_IT_PAGE: 'on',
    ...NO_LIMITS,
    ...secrets,
    ...(settings.hasTemporalAddress ? {} : ownTemporal(settings)),
    ...(set['TWILIO_ACCOUNT_SID'] === undefined ? sandboxAccount(set, settings) : {}),
    ...set,
    DATA_DIR: settings.dataDir,
    SMS_SANDBOX_PORT: `${settings.smsSandboxPort}`,
  };
}

/** Messages may then cost money, or reach real phones: nobody sends them without an API key. */
function namesTwilio(set: SetVariables): boolean {
  return Object.keys(set).some((name) => name.startsWith('TWILIO_'));
}

/** Where the service finds the sandbox. */
export function smsSandboxUrl({ smsSandboxPort }: DevSettings): string {
  return urlOf(LOOPBACK, smsSandboxPort);
}

/** A Temporal profile of the user's may ask for TLS and another namespace: this server has neither. */
function ownTemporal({ temporalPort, temporalUiPort }: DevSettings): SetVariables {
  return {
    TEMPORAL_ADDRESS: `${LOOPBACK}:${temporalPort}`,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_TLS: 'false',
    CODEC_SERVER_ORIGIN: `http://localhost:${temporalUiPort}`,
  };
}

function sandboxAccount(set: SetVariables, settings: DevSettings): SetVariables {
  return {
    ...sandboxCredentials(set),
    TWILIO_API_URL: smsSandboxUrl(settings),
    SMS_SANDBOX_URL: `http://localhost:${settings.smsSandboxPort}`,
    ...(set['TWILIO_MESSAGING_SERVICE_SID'] === undefined && { TWILIO_FROM: SANDBOX_FROM }),
  };
}

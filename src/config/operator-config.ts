import { reusedDigestKeyFaults } from './combination-checks';
import { freeze } from './frozen';
import { readEnvironment, setVariables } from './read-environment';
import { environment } from './variables';
import { readTenantsFile } from './tenants-file';
import { temporalConnection } from './variables/temporal';

/** The variables of `npm run find` and `npm run forget`. */
export const operatorEnvironment = environment
  .pick({
    SECRET_KEYS: true,
    TENANTS_FILE: true,
    PHONE_DIGEST_KEY: true,
    TWILIO_API_URL: true,
    PAYLOAD_ENCRYPTION: true,
    CODEC_SERVER_ORIGIN: true,
  })
  .partial({ SECRET_KEYS: true })
  .extend(temporalConnection);

export type OperatorConfig = ReturnType<typeof operatorConfig>;

/** @throws ConfigError */
export function operatorConfig(env: NodeJS.ProcessEnv) {
  const { tenants, faults } = readTenantsFile(setVariables(env));
  const checks = [reusedDigestKeyFaults, () => faults];
  const { variables, temporal } = readEnvironment(operatorEnvironment, env, checks);
  return freeze({
    temporal,
    phoneDigestKey: variables.PHONE_DIGEST_KEY,
    /** The ids of the tenants of TENANTS_FILE. */
    tenantIds: Object.keys(tenants),
    /** Those of its tenants that are services of Twilio Verify's API. */
    verifyServices: Object.entries(tenants).flatMap(([tenantId, { verify }]) =>
      verify ? [{ tenantId, serviceSid: verify.serviceSid }] : [],
    ),
    /** Undefined if the command does not read encrypted payloads. */
    secretKeys: variables.SECRET_KEYS,
    payloadEncryption: variables.PAYLOAD_ENCRYPTION === 'on',
    /** The origin of Temporal's Web UI. Undefined if it is not configured. */
    webUiOrigin: variables.CODEC_SERVER_ORIGIN,
    /** Undefined for Twilio's own API. */
    twilioApiUrl: variables.TWILIO_API_URL,
  });
}

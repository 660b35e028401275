import { randomBytes } from 'node:crypto';
import { createSecrets } from './secrets';

/** `npm run keys`: a `.env` to start from. */
export function envTemplate(today: Date): string {
  const { SECRET_KEYS, PHONE_DIGEST_KEY } = createSecrets(
    `k${today.toISOString().slice(0, 10).replaceAll('-', '')}`,
  );
  return `# Who may call the API: comma-separated keys, sent as "Authorization: Bearer …".
API_KEYS=${randomBytes(24).toString('base64url')}

# The first one makes, all of them accept. Rotation: add a key last everywhere, then move it first, later drop the old.
SECRET_KEYS=${SECRET_KEYS}

# Never changes: it makes workflow IDs.
PHONE_DIGEST_KEY=${PHONE_DIGEST_KEY}

# From the Twilio console. TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET may stand in for the token,
# TWILIO_MESSAGING_SERVICE_SID for the sender.
TWILIO_ACCOUNT_SID=
TWILIO_AUTH_TOKEN=
TWILIO_FROM=
`;
}

if (require.main === module) process.stdout.write(envTemplate(new Date()));

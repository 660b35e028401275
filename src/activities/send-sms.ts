import { deriveCode } from '../crypto/code';
import type { KeyRing } from '../crypto/key-ring';
import type { SendOutcome } from '../domain/types';
import type { TextTemplate } from '../sms/text-template';
import type { SmsSender } from '../sms/twilio-sender';

export interface SendSmsDependencies {
  readonly keyRing: KeyRing;
  readonly sender: SmsSender;
  readonly template: TextTemplate;
}

/** Names the code without containing it: the activity derives the same one each time. */
export interface SendSmsRequest {
  /** E.164. */
  readonly phoneNumber: string;
  readonly nonce: string;
  readonly keyId: string;
  readonly codeLength: number;
  /** A text that can't be delivered within this time is worth nothing. */
  readonly validityMs: number;
}

export function createSendSms({ keyRing, sender, template }: SendSmsDependencies) {
  return async function sendSms(request: SendSmsRequest): Promise<SendOutcome> {
    const code = deriveCode(keyRing.get(request.keyId), request.nonce, request.codeLength);
    return sender.send({ to: request.phoneNumber, body: template(code), validityMs: request.validityMs });
  };
}

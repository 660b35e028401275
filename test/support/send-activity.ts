import { createSendMessage } from '../../src/activities/send-message';
import type { SendMessageRequest } from '../../src/activities/send-message-request';
import type { MessageSender } from '../../src/messaging/sender';
import { createWording } from '../../src/messaging/wording';
import { testKeyRing } from './service';

/** The activity that sends messages, with this sender. A message is the code alone, and has no reports. */
export function sendMessageWith(sender: MessageSender) {
  return createSendMessage({
    keyRing: testKeyRing,
    senders: { sms: sender },
    tenantMessaging: (id) => ({ id, wording: createWording({ sentence: '{code}' }), sender: { from: '+1' } }),
    reportUrl: () => undefined,
  });
}

/** A sender that lists no messages. */
export function senderWithoutList(send: MessageSender['send']): MessageSender {
  return {
    maxCallMs: 6_000,
    send,
    find: async () => ({ result: 'absent' }),
    checkAccess: async () => ({ result: 'granted' }),
  };
}

/** The request for the first message of a verification that starts now. */
export function firstMessage(): SendMessageRequest {
  return {
    tenantId: 'default',
    channel: 'sms',
    phoneNumber: '+14255550123',
    nonce: 'nonce',
    keyId: 'k1',
    codeLength: 4,
    validityMs: 90_000,
    startedAt: Date.now(),
    knownSids: [],
  };
}

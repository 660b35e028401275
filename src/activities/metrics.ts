import type { Context } from '@temporalio/activity';

/**
 * What one try to send a message led to. `found`: the search found the message of an earlier try. `not_created`: the
 * provider has created no message, and the next try sends again. `unknown`: the next try searches first.
 */
export type TryResult = 'accepted' | 'found' | 'refused' | 'not_created' | 'unknown';

/** The metrics of one try. The meter adds the labels of the activity. */
export function createSendMetrics({ metricMeter }: Context, tenant: string) {
  const counter = (name: string, description: string) => metricMeter.createCounter(name, '1', description);

  return {
    tried(result: TryResult) {
      const description = 'Tries to send a message';
      counter('phone_verification_send_tries', description).add(1, { tenant, result });
    },
    /** `cause`: who can fix it, the operator or only the person with the number. */
    refused(code: string, cause: 'operator' | 'recipient') {
      const description = 'Messages that the provider refused';
      counter('phone_verification_message_refusals', description).add(1, { tenant, code, cause });
    },
    /** The person gets the code twice if the provider's list missed the first message. */
    possibleDuplicate() {
      const description = 'Messages sent again because the provider did not list the first';
      counter('phone_verification_possible_duplicate_messages', description).add(1, { tenant });
    },
  };
}

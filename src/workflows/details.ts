import type { Message } from '../domain/messages';
import { rfc3339 } from '../domain/rfc3339';
import type { Attempt } from '../domain/types';
import type { Verification } from '../domain/verification';

/**
 * The verification's details for operators, which Temporal's Web UI shows as Markdown. They are the answer to a Query,
 * which is encrypted only with PAYLOAD_ENCRYPTION=on: they must not contain a phone number, a code or a tag. Markdown
 * numbers the `1.` items.
 */
export function liveDetails(verification: Verification): string {
  const { input, status, expiresAt, attempts, attemptsRemaining, messages, error } = verification;
  const lines = [`**${status}**, attempts left: ${attemptsRemaining}`];
  lines.push(`Tenant ${input.tenantId}`);
  if (error) lines.push(`Error ${error.code}: ${error.message}`);
  if (expiresAt !== null) lines.push(`Window ends ${rfc3339(expiresAt)}`);
  if (messages.last) lines.push('**Messages**', messages.all.map(messageLine).join('\n'));
  if (attempts.length > 0) lines.push('**Attempts**', attempts.map(attemptLine).join('\n'));
  return lines.join('\n\n');
}

function messageLine({ requestedAt, outcome, lost }: Message): string {
  if (!outcome) return `1. in flight since ${rfc3339(requestedAt)}`;
  if (outcome.outcome === 'failed') return `1. failed with error ${outcome.error.code}`;
  if (outcome.outcome === 'not_sent') return `1. no message: a test number, ${rfc3339(outcome.acceptedAt)}`;
  const again = outcome.possibleDuplicate === true ? ', sent again: the first one was not listed' : '';
  const arrival = lost ? `, lost with error ${lost.code}` : '';
  return `1. accepted ${rfc3339(outcome.acceptedAt)}, ${outcome.sid}${again}${arrival}`;
}

function attemptLine({ at, matched }: Attempt): string {
  return `1. ${matched ? 'right' : 'wrong'} code ${rfc3339(at)}`;
}

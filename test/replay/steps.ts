import { parseVerificationId } from '../../src/gateway/ids';
import type { phoneVerification } from '../../src/workflows';
import { stateQuery, type VerificationState } from '../../src/workflows/definitions';
import { eventually, receivedCode, type Service } from '../support/service';

/** Starts a verification and returns its public id. */
export async function start(service: Service, phoneNumber: string): Promise<string> {
  const { verification } = await service.verifications.start(service.startRequest(phoneNumber));
  return verification.id;
}

/** Starts a verification and waits until the message has arrived and the workflow knows that it was sent. */
export async function startPending(
  service: Service,
  phoneNumber: string,
): Promise<{ id: string; code: string }> {
  const id = await start(service, phoneNumber);
  const code = await receivedCode(service.sandbox, phoneNumber);
  await noMessageInFlight(service, id);
  return { id, code };
}

/** Starts a verification and waits until the provider has the request to send, which it holds back. */
export async function startHeld(service: Service, phoneNumber: string) {
  const hold = service.sandbox.hold('received', phoneNumber);
  const id = await start(service, phoneNumber);
  await hold.untilHeld();
  return { id, hold };
}

/** Requests another message, which the provider holds back, and waits until its outcome is unknown. */
export async function resendWithUnknownOutcome(service: Service, id: string, phoneNumber: string) {
  const hold = service.sandbox.hold('received', phoneNumber);
  await service.verifications.resend(id);
  await noMessageInFlight(service, id);
  return hold;
}

export async function noMessageInFlight(service: Service, id: string): Promise<void> {
  await eventually(async () => {
    const { messageInFlightSince } = await stateOf(service, id);
    return messageInFlightSince === null;
  });
}

export async function stateOf(service: Service, publicId: string): Promise<VerificationState> {
  return runOf(service, publicId).query(stateQuery);
}

/** The handle of the run that a public id names. */
export function runOf({ client }: Service, publicId: string) {
  const id = parseVerificationId(publicId);
  if (!id) throw new Error(`${publicId} is not a public id`);
  return client.workflow.getHandle<typeof phoneVerification>(id.workflowId, id.runId);
}

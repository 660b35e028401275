import { parseVerificationId } from '../../src/gateway/ids';
import type { phoneVerification } from '../../src/workflows';
import { stateQuery } from '../../src/workflows/messages';
import { eventually, receivedCode, type Service } from '../support/service';

/** A verification's public id. */
export async function start(service: Service, phoneNumber: string): Promise<string> {
  const { verification } = await service.verifications.start(service.startRequest(phoneNumber));
  return verification.id;
}

/** Started and texted, and the workflow knows it. */
export async function startTexted(
  service: Service,
  phoneNumber: string,
): Promise<{ id: string; code: string }> {
  const id = await start(service, phoneNumber);
  const code = await receivedCode(service.sandbox, phoneNumber);
  await noMessageInFlight(service, id);
  return { id, code };
}

export async function noMessageInFlight(service: Service, id: string): Promise<void> {
  await eventually(async () => {
    const { messageInFlightSince } = await runOf(service, id).query(stateQuery);
    return messageInFlightSince === null ? true : undefined;
  });
}

/** The run that a public id stands for. */
export function runOf({ client }: Service, publicId: string) {
  const id = parseVerificationId(publicId);
  if (!id) throw new Error(`${publicId} is not a verification's id`);
  return client.workflow.getHandle<typeof phoneVerification>(id.workflowId, id.runId);
}

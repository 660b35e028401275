import { setTimeout as sleep } from 'node:timers/promises';
import { SEND_DEADLINE_MS } from '../../src/domain/policy';
import type { FinalStatus } from '../../src/domain/types';
import {
  eventually,
  receivedCode,
  wrongCodeFor,
  type Service,
  type ServiceOptions,
} from '../support/service';
import {
  noMessageInFlight,
  resendWithUnknownOutcome,
  runOf,
  start,
  startHeld,
  startPending,
  stateOf,
} from './steps';

/** One path through the workflow, and the final status of a verification on this path. */
export interface Path {
  readonly ends: FinalStatus;
  readonly options?: Omit<ServiceOptions, 'client' | 'nativeConnection'>;
  /** Starts a verification, performs all steps of the path and returns the public id. */
  walk(service: Service, phoneNumber: string): Promise<string>;
}

const by = { caller: 'alice', idempotencyKey: undefined };
/** Resends are allowed at once. */
const resendAtOnce = { policy: { resendIntervalMs: 0 } };
const refusedByProvider = { status: 400, body: { code: 21610, message: 'no', status: 400 } };

/** All paths with a recorded history. The key is the file's name. */
export const paths: Readonly<Record<string, Path>> = {
  'verified-by-update': {
    ends: 'verified',
    async walk(service, phoneNumber) {
      const { id, code } = await startPending(service, phoneNumber);
      await service.verifications.check(id, code, by);
      return id;
    },
  },

  'verified-by-signal': {
    ends: 'verified',
    async walk(service, phoneNumber) {
      const { id, code } = await startPending(service, phoneNumber);
      await service.verifications.submit(id, code);
      return id;
    },
  },

  'wrong-codes-then-right': {
    ends: 'verified',
    async walk(service, phoneNumber) {
      const { id, code } = await startPending(service, phoneNumber);
      await service.verifications.check(id, wrongCodeFor(code), by);
      await service.verifications.submit(id, wrongCodeFor(code));
      await service.verifications.check(id, wrongCodeFor(code), by);
      await service.verifications.check(id, code, by);
      return id;
    },
  },

  'max-attempts': {
    ends: 'max_attempts_reached',
    async walk(service, phoneNumber) {
      const { id, code } = await startPending(service, phoneNumber);
      for (let attempt = 1; attempt <= 4; attempt++) {
        await service.verifications.check(id, wrongCodeFor(code), by);
      }
      return id;
    },
  },

  expired: {
    ends: 'expired',
    options: { policy: { windowMs: 5_000 } },
    walk: start,
  },

  'test-number': {
    ends: 'verified',
    options: resendAtOnce,
    async walk(service, phoneNumber) {
      const request = { ...service.startRequest(phoneNumber), testCode: '2168' };
      const { verification } = await service.verifications.start(request);
      await service.verifications.check(verification.id, '2169', by);
      await service.verifications.resend(verification.id);
      await service.verifications.check(verification.id, '2168', by);
      return verification.id;
    },
  },

  'code-while-sending': {
    ends: 'verified',
    async walk(service, phoneNumber) {
      const hold = service.sandbox.hold('recorded', phoneNumber);
      const id = await start(service, phoneNumber);
      const code = await receivedCode(service.sandbox, phoneNumber);
      await service.verifications.check(id, code, by);
      hold.release();
      return id;
    },
  },

  resent: {
    ends: 'verified',
    options: resendAtOnce,
    async walk(service, phoneNumber) {
      const { id, code } = await startPending(service, phoneNumber);
      await service.verifications.resend(id);
      await noMessageInFlight(service, id);
      await service.verifications.check(id, code, by);
      return id;
    },
  },

  'own-code-and-another-text': {
    ends: 'verified',
    options: resendAtOnce,
    async walk(service, phoneNumber) {
      const request = {
        ...service.startRequest(phoneNumber),
        customCode: '424242',
        wording: { name: 'Shop' },
      };
      const { id } = (await service.verifications.start(request)).verification;
      await noMessageInFlight(service, id);
      await service.verifications.resend(id, { wording: { name: 'Blumen', locale: 'de' } });
      await noMessageInFlight(service, id);
      await service.verifications.check(id, '4242', by, { anyLength: true });
      await service.verifications.check(id, '424242', by);
      return id;
    },
  },

  'approved-without-a-code': {
    ends: 'verified',
    async walk(service, phoneNumber) {
      const { id } = await startPending(service, phoneNumber);
      await service.verifications.approve(id);
      return id;
    },
  },

  'resend-failed': {
    ends: 'verified',
    options: resendAtOnce,
    async walk(service, phoneNumber) {
      const { id, code } = await startPending(service, phoneNumber);
      service.sandbox.stubAnswer(phoneNumber, refusedByProvider);
      await service.verifications.resend(id);
      await noMessageInFlight(service, id);
      await service.verifications.check(id, code, by);
      return id;
    },
  },

  'canceled-before-the-message': {
    ends: 'canceled',
    async walk(service, phoneNumber) {
      const { id, hold } = await startHeld(service, phoneNumber);
      await service.verifications.cancel(id);
      hold.disconnect();
      return id;
    },
  },

  'canceled-after-the-message': {
    ends: 'canceled',
    async walk(service, phoneNumber) {
      const { id } = await startPending(service, phoneNumber);
      await service.verifications.cancel(id);
      return id;
    },
  },

  'canceled-by-signal': {
    ends: 'canceled',
    async walk(service, phoneNumber) {
      const { id } = await startPending(service, phoneNumber);
      await service.verifications.requestCancel(id, 'Changed my mind');
      return id;
    },
  },

  'canceled-in-the-web-ui': {
    ends: 'canceled',
    async walk(service, phoneNumber) {
      const { id } = await startPending(service, phoneNumber);
      await runOf(service, id).cancel();
      return id;
    },
  },

  'canceled-in-the-web-ui-while-sending': {
    ends: 'canceled',
    async walk(service, phoneNumber) {
      const { id, hold } = await startHeld(service, phoneNumber);
      await runOf(service, id).cancel();
      await runOf(service, id).result();
      hold.disconnect();
      return id;
    },
  },

  undeliverable: {
    ends: 'undeliverable',
    async walk(service, phoneNumber) {
      service.sandbox.stubAnswer(phoneNumber, refusedByProvider);
      return start(service, phoneNumber);
    },
  },

  'delivery-unknown': {
    ends: 'undeliverable',
    async walk(service, phoneNumber) {
      service.sandbox.hold('received', phoneNumber);
      return start(service, phoneNumber);
    },
  },

  'worker-too-late': {
    ends: 'undeliverable',
    options: { withWorker: false },
    async walk(service, phoneNumber) {
      const id = await start(service, phoneNumber);
      await sleep(SEND_DEADLINE_MS + 1_000);
      await service.startWorker();
      return id;
    },
  },

  reconciled: {
    ends: 'verified',
    async walk(service, phoneNumber) {
      service.sandbox.stubAnswer(phoneNumber, { status: 500, body: 'oops', recorded: true });
      const { id, code } = await startPending(service, phoneNumber);
      await service.verifications.check(id, code, by);
      return id;
    },
  },

  'settled-by-delivery-report': {
    ends: 'verified',
    options: { withStatusCallback: true },
    async walk(service, phoneNumber) {
      // The report comes during the create call, but late enough that the API forwards it to the workflow.
      service.sandbox.settings.statusStepMs = 2_500;
      const hold = service.sandbox.hold('recorded', phoneNumber);
      const { id, code } = await startPending(service, phoneNumber);
      hold.disconnect();
      await service.verifications.check(id, code, by);
      return id;
    },
  },

  'lost-by-the-carrier': {
    ends: 'undeliverable',
    options: { withStatusCallback: true },
    async walk(service, phoneNumber) {
      service.sandbox.failDelivery(phoneNumber, 30006);
      return start(service, phoneNumber);
    },
  },

  'report-of-an-earlier-resend': {
    ends: 'verified',
    options: { ...resendAtOnce, withStatusCallback: true },
    async walk(service, phoneNumber) {
      const { id, code } = await startPending(service, phoneNumber);
      const hold = await resendWithUnknownOutcome(service, id, phoneNumber);
      // The report comes while the next message is in flight.
      service.sandbox.settings.statusStepMs = 1_500;
      hold.release();
      await eventually(() => service.sandbox.inbox(phoneNumber).length > 1);
      const nextHold = service.sandbox.hold('received', phoneNumber);
      await service.verifications.resend(id);
      await eventually(async () => (await stateOf(service, id)).acceptedMessages?.includes(1));
      nextHold.release();
      await noMessageInFlight(service, id);
      await service.verifications.check(id, code, by);
      return id;
    },
  },

  'lost-while-a-resend-may-arrive': {
    ends: 'verified',
    options: { ...resendAtOnce, withStatusCallback: true, sandbox: { carrierMs: SEND_DEADLINE_MS + 5_000 } },
    async walk(service, phoneNumber) {
      service.sandbox.failDelivery(phoneNumber, 30006);
      const id = await start(service, phoneNumber);
      await noMessageInFlight(service, id);
      await resendWithUnknownOutcome(service, id, phoneNumber);
      const { updatedAt } = await stateOf(service, id);
      await eventually(async () => (await stateOf(service, id)).updatedAt !== updatedAt);
      await service.verifications.approve(id);
      return id;
    },
  },

  'joined-with-a-key': {
    ends: 'verified',
    options: resendAtOnce,
    async walk(service, phoneNumber) {
      const joining = { caller: 'alice', joins: true };
      const { id, hold } = await startHeld(service, phoneNumber);
      await service.verifications.resend(id, { ...joining, idempotencyKey: 'while sending' });
      hold.release();
      await noMessageInFlight(service, id);
      await service.verifications.resend(id, { ...joining, idempotencyKey: 'later' });
      await noMessageInFlight(service, id);
      await service.verifications.check(id, await receivedCode(service.sandbox, phoneNumber), by);
      return id;
    },
  },
};

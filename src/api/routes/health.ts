import { Type } from '@sinclair/typebox';
import { VerificationError } from '../../domain/errors';
import type { Verifications } from '../../temporal/verifications';
import type { Api } from '../http-server';
import { Problem } from '../schemas';

const Ok = Type.Object({ status: Type.Literal('ok') });

/** Liveness: the process answers. Readiness: Temporal can be reached, without which it can do nothing. */
export function healthRoutes(app: Api, verifications: Verifications): void {
  app.get('/healthz', { schema: { response: { 200: Ok } } }, () => ({ status: 'ok' as const }));

  app.get('/readyz', { schema: { response: { 200: Ok, 503: Problem } } }, async () => {
    if (!(await verifications.isReachable())) {
      throw new VerificationError({ code: 'temporal_unavailable', retryAfterSeconds: 1 });
    }
    return { status: 'ok' as const };
  });
}

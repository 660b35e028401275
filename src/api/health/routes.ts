import { Type } from '@sinclair/typebox';
import { VerificationError } from '../../domain/refusals';
import type { Verifications } from '../../gateway/verifications';
import type { Api } from '../http-server';
import { answer, problems } from '../responses';

const ok = answer('The API is reachable.', Type.Object({ status: Type.Literal('ok') }));
const alive = { summary: 'Liveness: whether the process answers', security: [], response: { 200: ok } };
const ready = {
  summary: 'Readiness: whether Temporal can be reached',
  security: [],
  response: { 200: ok, ...problems(503) },
};

/** Liveness: the process answers. Readiness: Temporal can be reached, which every other route needs. */
export function registerHealth(app: Api, verifications: Verifications): void {
  app.get('/healthz', { schema: alive }, () => ({ status: 'ok' as const }));

  app.get('/readyz', { schema: ready }, async () => {
    if (!(await verifications.isReachable())) {
      throw new VerificationError({ code: 'temporal_unavailable', retryAfterSeconds: 1 });
    }
    return { status: 'ok' as const };
  });
}

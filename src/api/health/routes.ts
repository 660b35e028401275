import { Type } from '@sinclair/typebox';
import type { Verifications } from '../../gateway/verifications';
import type { Api } from '../http/http-server';
import { answer, problems } from '../problem/responses';
import { shareWhileRunning } from '../http/share-while-running';

const tags = ['Health'];
const ok = (description: string) =>
  answer(description, Type.Object({ status: Type.Literal('ok') }), {
    examples: { ok: { summary: description, value: { status: 'ok' } } },
  });

const alive = {
  operationId: 'getLiveness',
  summary: 'Liveness: whether the process answers',
  description: 'It does not look at Temporal: restart the process if this fails.',
  tags,
  security: [],
  response: { 200: ok('The process answers.'), ...problems() },
};
const ready = {
  operationId: 'getReadiness',
  summary: 'Readiness: whether Temporal can be reached',
  description: 'Send requests to this process only while this succeeds.',
  tags,
  security: [],
  response: { 200: ok('Temporal can be reached.'), ...problems('temporal_unavailable') },
};

/** Liveness: the process answers. Readiness: Temporal can be reached, which every other route needs. */
export function registerHealth(app: Api, verifications: Pick<Verifications, 'temporalFault'>): void {
  const temporalFault = shareWhileRunning(() => verifications.temporalFault());

  app.get('/healthz', { schema: alive }, () => ({ status: 'ok' as const }));

  app.get('/readyz', { schema: ready }, async () => {
    const fault = await temporalFault();
    if (fault) throw fault;
    return { status: 'ok' as const };
  });
}

import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { z } from 'zod';
import { MAX_MESSAGES } from '../../domain/policy';
import { searchAttributes } from '../../domain/search-attributes';
import { rfc3339 } from '../../domain/rfc3339';
import { isFinal, statuses, type Status } from '../../domain/types';
import { isOpenStatus, runIdOf, type RunInfo } from '../../temporal/run-lookup';
import { timestampMs } from '../../temporal/timestamp';
import { formatVerificationId, type VerificationId } from '../ids';
import type { DecodePayload } from '../state/payload-decoder';
import { parseMemo, type VerificationMemo } from '../stored-data';

/** A run as visibility or a description shows it, with its decoded memo. */
export interface ReadRun {
  readonly ref: VerificationId;
  /** The public id. */
  readonly id: string;
  readonly memo: VerificationMemo;
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339. Null while the run is open. */
  readonly closedAt: string | null;
  readonly country: string | null;
  /** Undefined for a run without search attributes. */
  readonly status: Status | undefined;
  /** How many messages the provider accepted. Undefined if the search attributes do not say it, or not yet. */
  readonly messagesSent: number | undefined;
}

const attributesSchema = z
  .object({
    status: z.enum(statuses),
    country: z.string(),
    textsSent: z.int().min(0).max(MAX_MESSAGES),
  })
  .partial();

/** Reads runs for a search. Undefined for a run whose memo can't be read, or that this service did not start. */
export function createRunReader(decode: DecodePayload) {
  return async function readRun(info: RunInfo): Promise<ReadRun | undefined> {
    const workflowId = info.execution?.workflowId ?? '';
    const memo = await readMemo(info.memo?.fields ?? {}, workflowId);
    if (!memo) return undefined;
    const { tenantId, nonce } = memo;
    const ref = { tenantId, workflowId, runId: runIdOf(info), nonce };
    const { status, country = null, textsSent } = readAttributes(info);
    return {
      ref,
      id: formatVerificationId(ref),
      memo,
      startedAt: rfc3339(timestampMs(info.startTime)),
      closedAt: isOpenStatus(info.status) ? null : rfc3339(timestampMs(info.closeTime)),
      country,
      status,
      messagesSent: status !== undefined && isFinal(status) ? textsSent : undefined,
    };
  };

  async function readMemo(
    fields: Readonly<Record<string, Payload>>,
    workflowId: string,
  ): Promise<VerificationMemo | undefined> {
    try {
      const memo: Record<string, unknown> = {};
      for (const [name, payload] of Object.entries(fields)) memo[name] = await decode(payload, workflowId);
      return parseMemo(memo);
    } catch {
      return undefined;
    }
  }
}

/**
 * A run may lack the search attributes: they are optional. They are not authenticated: none is used if one has a value
 * that this service does not write.
 */
function readAttributes({ searchAttributes: found }: RunInfo): z.infer<typeof attributesSchema> {
  const valueOf = ({ name }: { readonly name: string }): unknown => {
    const payload = found?.indexedFields?.[name];
    const value: unknown = payload && defaultPayloadConverter.fromPayload(payload);
    // Some servers return the value of a keyword as a list.
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values[0];
  };
  const { status, country, textsSent } = searchAttributes;
  const values = { status: valueOf(status), country: valueOf(country), textsSent: valueOf(textsSent) };
  return attributesSchema.safeParse(values).data ?? {};
}

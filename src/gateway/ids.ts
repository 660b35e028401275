/** Identifies a verification's run. Its code is derived from `workflowId` and `nonce`. */
export interface VerificationId {
  /** The tenant that sent the request. Undefined for delivery reports, which do not belong to a tenant. */
  readonly tenantId: string | undefined;
  readonly workflowId: string;
  readonly runId: string;
  /** base64url. */
  readonly nonce: string;
}

/** A parsed id with its tenant. */
export type TenantVerificationId = VerificationId & { readonly tenantId: string };

const PART_BYTES = 16;
const WORKFLOW_ID = /^phone-verification:[0-9a-f]{32}$/;
const PUBLIC_ID = /^[A-Za-z0-9_-]{64}$/;

/** Each number has one workflow ID: so Temporal allows one open verification for each number. */
export function workflowIdFor(phoneNumberDigest: Buffer): string {
  return `phone-verification:${phoneNumberDigest.toString('hex')}`;
}

export function isWorkflowId(text: string): boolean {
  return WORKFLOW_ID.test(text);
}

/** The public id: base64url(number digest ‖ run id ‖ nonce), 48 bytes, 64 characters. */
export function formatVerificationId({ workflowId, runId, nonce }: Omit<VerificationId, 'tenantId'>): string {
  const digest = workflowId.slice(workflowId.indexOf(':') + 1);
  return Buffer.concat([
    Buffer.from(digest, 'hex'),
    Buffer.from(runId.replaceAll('-', ''), 'hex'),
    Buffer.from(nonce, 'base64url'),
  ]).toString('base64url');
}

/** Undefined if the text does not have the form of a public id. The result has no tenant yet. */
export function parseVerificationId(publicId: string): VerificationId | undefined {
  if (!PUBLIC_ID.test(publicId)) return undefined;
  const bytes = Buffer.from(publicId, 'base64url');
  const runId = bytes.toString('hex', PART_BYTES, 2 * PART_BYTES);
  return {
    tenantId: undefined,
    workflowId: workflowIdFor(bytes.subarray(0, PART_BYTES)),
    runId: runId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    nonce: bytes.toString('base64url', 2 * PART_BYTES),
  };
}

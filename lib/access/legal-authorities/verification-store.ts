import "server-only";
import { z } from "zod";
import { Indication, SignatureMethod, SignatureReport, SubIndication } from "@/lib/authorities/schema";
import { type Running, sql, statement } from "@/lib/db/statement";

/** When the check was made: on attachment, at submission, or at a decision. */
const Occasion = z.enum(["attach", "submit", "decide"]);

/** The result of one signature check. It never changes. */
export interface SignatureRow {
  readonly occasion: z.infer<typeof Occasion>;
  readonly report: SignatureReport;
}

/** What is known of how far a legal authority was verified. */
export interface Verifications {
  /** Checks of its signature, oldest first. */
  readonly signature: readonly SignatureRow[];
  /** When two deciders' readings of the paper matched. */
  readonly attestedAt: Date | undefined;
}

interface NewRow {
  readonly id: string;
  readonly tenantId: string;
  readonly authorizationId: string;
  readonly requestId: string;
  readonly at: Date;
}

/** A result as its columns have it. */
interface Stored extends NewRow {
  readonly occasion: SignatureRow["occasion"];
  readonly method: string;
  readonly indication: string;
  readonly subIndication: string | null;
  readonly report: object;
  readonly authorityId: string | null;
}

const INSERT = statement<Stored, never>("insert-verification")`
  INSERT INTO authorization_verification (id, tenant_id, authorization_id, request_id, occasion, method, indication,
    sub_indication, report, authority_id, at)
  VALUES (${({ id }) => id}::uuid, ${({ tenantId }) => tenantId}::uuid, ${({ authorizationId }) => authorizationId}::uuid,
    ${({ requestId }) => requestId}::uuid, ${({ occasion }) => occasion}, ${({ method }) => method},
    ${({ indication }) => indication}, ${({ subIndication }) => subIndication},
    ${({ report }) => JSON.stringify(report)}::jsonb, ${({ authorityId }) => authorityId}::uuid,
    ${({ at }) => at}::timestamptz)`;

/** Stores the result of a signature check, good or bad. */
export async function insertSignatureReport({ run }: Running, row: NewRow & SignatureRow): Promise<void> {
  const { report } = row;
  const { method, indication, sub_indication: sub, authority } = report;
  const authorityId = indication === "TOTAL-PASSED" ? (authority?.id ?? null) : null;
  await run(INSERT, { ...row, method, indication, subIndication: sub ?? null, authorityId });
}

/**
 * Records that both deciders have read the paper and their readings match. The database checks for the two readings.
 */
export async function insertAttestation({ run }: Running, row: NewRow): Promise<void> {
  const attested = { occasion: "decide", method: "paper", indication: "ATTESTED", report: {} } as const;
  await run(INSERT, { ...row, ...attested, subIndication: null, authorityId: null });
}

const Row = z.discriminatedUnion("method", [
  z.object({ method: z.literal("paper"), at: z.coerce.date() }),
  z.object({
    method: SignatureMethod,
    occasion: Occasion,
    indication: Indication,
    sub_indication: SubIndication.nullable(),
    report: SignatureReport,
  }),
]);

/** Reads all results for a legal authority `a` as one JSON value. */
export const SELECT_VERIFICATIONS = sql`
  SELECT coalesce(json_agg(json_build_object('method', v.method, 'occasion', v.occasion, 'indication', v.indication,
    'sub_indication', v.sub_indication, 'report', v.report, 'at', v.at) ORDER BY v.id), '[]'::json)
  FROM authorization_verification v WHERE v.authorization_id = a.id`;

/** Returns the results of that value. */
export function toVerifications(record: unknown): Verifications {
  const parsed = z.array(Row).parse(record);
  return {
    signature: parsed.flatMap((row) =>
      row.method === "paper" ? [] : [{ occasion: row.occasion, report: row.report }],
    ),
    attestedAt: parsed.flatMap((row) => (row.method === "paper" ? [row.at] : [])).at(-1),
  };
}

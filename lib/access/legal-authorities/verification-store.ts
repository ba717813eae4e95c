import "server-only";
import { z } from "zod";
import { Indication, SignatureMethod, SignatureReport, SubIndication } from "@/lib/authorities/schema";
import type { Tx } from "@/lib/db/transaction";

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

const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value));

/** Stores the result of a signature check, good or bad. */
export async function insertSignatureReport(tx: Tx, row: NewRow & SignatureRow): Promise<void> {
  const { report } = row;
  await tx.authorization_verification.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        authorization_id: row.authorizationId,
        request_id: row.requestId,
        occasion: row.occasion,
        method: report.method,
        indication: report.indication,
        sub_indication: report.sub_indication ?? null,
        report: plainJson(report),
        authority_id: report.indication === "TOTAL-PASSED" ? (report.authority?.id ?? null) : null,
        at: row.at,
      },
    ],
  });
}

/**
 * Records that both deciders have read the paper and their readings match. The database checks for the two readings.
 */
export async function insertAttestation(tx: Tx, row: NewRow): Promise<void> {
  await tx.authorization_verification.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        authorization_id: row.authorizationId,
        request_id: row.requestId,
        occasion: "decide",
        method: "paper",
        indication: "ATTESTED",
        report: {},
        at: row.at,
      },
    ],
  });
}

const Row = z.discriminatedUnion("method", [
  z.object({ method: z.literal("paper"), at: z.date() }),
  z.object({
    method: SignatureMethod,
    occasion: Occasion,
    indication: Indication,
    sub_indication: SubIndication.nullable(),
    report: SignatureReport,
  }),
]);

/** Returns all results for one legal authority. */
export async function findVerifications(tx: Tx, authorizationId: string): Promise<Verifications> {
  const rows = await tx.authorization_verification.findMany({
    where: { authorization_id: authorizationId },
    orderBy: { id: "asc" },
    select: { method: true, occasion: true, indication: true, sub_indication: true, report: true, at: true },
  });
  const parsed = z.array(Row).parse(rows);
  return {
    signature: parsed.flatMap((row) =>
      row.method === "paper" ? [] : [{ occasion: row.occasion, report: row.report }],
    ),
    attestedAt: parsed.flatMap((row) => (row.method === "paper" ? [row.at] : [])).at(-1),
  };
}

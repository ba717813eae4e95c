import "server-only";
import { z } from "zod";
import type { RawTx } from "@/lib/db/transaction";
import { AGENCY_CASES, type Fence, type FencedBy, isWithin } from "./fence";

const Ids = z.array(z.object({ id: z.string() }));

/** Returns the ids of the agency's cases, or of the cases that are sealed from the reader at the fence's time. */
async function readCaseIds(tx: RawTx, { tenantId, cases }: Fence): Promise<ReadonlySet<string>> {
  const { rows } =
    cases.of === "agency"
      ? await tx.query(`SELECT of.id::text FROM (${AGENCY_CASES.replace("?", "$1")}) of`, [
          cases.organisationId,
        ])
      : await tx.query("SELECT unnest(cases_sealed_from($1::uuid, $2::uuid, $3::timestamptz))::text AS id", [
          tenantId,
          cases.userId,
          cases.at,
        ]);
  return new Set(Ids.parse(rows).map(({ id }) => id));
}

/** Runs a fence's database queries once and returns the check of a row. */
export async function readFence(tx: RawTx, fence: Fence): Promise<(row: FencedBy) => boolean> {
  const caseIds = await readCaseIds(tx, fence);
  return (row) => isWithin(fence, caseIds, row);
}

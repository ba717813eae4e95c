import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";

/** How a legal authority was recognised. */
export interface RecognitionRow {
  readonly standing: "home" | "stated" | "recorded";
  readonly jurisdiction: string;
  readonly homes: readonly string[];
  readonly isThirdCountry: boolean;
  readonly basis: string | undefined;
  readonly userId: string;
  readonly at: Date;
}

const Row = z.object({
  standing: z.enum(["home", "stated", "recorded"]),
  jurisdiction: z.string(),
  homes: z.array(z.string()),
  is_third_country: z.boolean(),
  basis: z.string().nullable(),
  user_id: z.string(),
  at: z.date(),
});

/** Returns the home jurisdictions of the instance: those of its operator, sorted, each once. */
export async function readHomes(tx: Tx, tenantId: string): Promise<string[]> {
  const rows = await tx.organisation.findMany({
    where: { tenant_id: tenantId, kind: "operator" },
    select: { home_jurisdictions: true },
  });
  return [...new Set(rows.flatMap((row) => row.home_jurisdictions))].sort();
}

export async function findRecognition(tx: Tx, authorizationId: string): Promise<RecognitionRow | undefined> {
  const found = await tx.recognition.findFirst({ where: { authorization_id: authorizationId } });
  if (found === null) return undefined;
  const row = Row.parse(found);
  const { standing, jurisdiction, homes, at } = row;
  const common = { standing, jurisdiction, homes, at, userId: row.user_id };
  return { ...common, isThirdCountry: row.is_third_country, basis: row.basis ?? undefined };
}

export interface NewRecognition extends RecognitionRow {
  readonly id: string;
  readonly tenantId: string;
  readonly authorizationId: string;
  readonly requestId: string;
  readonly membersAsOf: string;
}

/** Stores a recognition, once for a legal authority. The database checks the person and the order's own record. */
export async function insertRecognition(tx: Tx, row: NewRecognition): Promise<void> {
  await tx.recognition.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        authorization_id: row.authorizationId,
        request_id: row.requestId,
        standing: row.standing,
        jurisdiction: row.jurisdiction,
        homes: [...row.homes],
        members_as_of: row.membersAsOf,
        is_third_country: row.isThirdCountry,
        basis: row.basis ?? null,
        user_id: row.userId,
        at: row.at,
      },
    ],
  });
}

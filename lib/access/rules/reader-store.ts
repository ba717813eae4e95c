import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import type { OfficeFacts } from "@/lib/organisations/hours";
import { type OfficeRow, toOffice } from "@/lib/organisations/store";

/** What an opening's decision reads of a person, in one statement. */
export interface Standing {
  readonly isActive: boolean;
  /** Whether the person has a factor in addition to the password. */
  readonly hasSecondFactor: boolean;
  readonly office: OfficeFacts;
}

/** Returns a person's current role, duties and state, with the office hours of their organisation. */
export async function getStanding(tx: Tx, userId: string, organisationId: string): Promise<Standing> {
  const [row] = await tx.$queryRaw<
    (OfficeRow & { readonly is_active: boolean; readonly has_second_factor: boolean })[]
  >(Prisma.sql`
    SELECT u.state = 'active' AS is_active, o.zone, o.weekly_hours, o.holidays,
           EXISTS (SELECT FROM credential c
                    WHERE c.user_id = u.id AND c.kind IN ('totp', 'passkey') AND c.revoked_at IS NULL) AS has_second_factor
      FROM app_user u CROSS JOIN organisation o
     WHERE u.id = ${userId}::uuid AND o.id = ${organisationId}::uuid`);
  if (row === undefined) throw new InvariantError("a person or their organisation does not exist");
  return { isActive: row.is_active, hasSecondFactor: row.has_second_factor, office: toOffice(row) };
}

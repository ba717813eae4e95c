import "server-only";
import { type Run, sql, statementOf } from "@/lib/db/statement";
import { InvariantError } from "@/lib/errors";
import type { OfficeFacts } from "@/lib/organisations/hours";
import { type OfficeRow, toOffice } from "@/lib/organisations/store";

/** What an opening's decision reads of a person. */
export interface Standing {
  readonly isActive: boolean;
  /** Whether the person has a factor in addition to the password. */
  readonly hasSecondFactor: boolean;
  readonly office: OfficeFacts;
}

interface Who {
  readonly userId: string;
  readonly organisationId: string;
}

/** The columns read of a person's standing, as they are or in JSON. */
export interface StandingRow extends OfficeRow {
  readonly is_active: boolean;
  readonly has_second_factor: boolean;
}

/** Reads the state of a person and the office hours of their organisation. */
export const SELECT_STANDING = sql<Who>`
  SELECT u.state = 'active' AS is_active, o.zone, o.weekly_hours, o.holidays,
         EXISTS (SELECT FROM credential c
                  WHERE c.user_id = u.id AND c.kind IN ('totp', 'passkey') AND c.revoked_at IS NULL) AS has_second_factor
    FROM app_user u CROSS JOIN organisation o
   WHERE u.id = ${({ userId }) => userId}::uuid AND o.id = ${({ organisationId }) => organisationId}::uuid`;

const FIND_STANDING = statementOf<Who, StandingRow>("find-standing", SELECT_STANDING);

/** Throws InvariantError without a row: a caller's account and organisation exist. */
export function toStanding(row: StandingRow | null | undefined): Standing {
  if (row === undefined || row === null)
    throw new InvariantError("a person or their organisation does not exist");
  return { isActive: row.is_active, hasSecondFactor: row.has_second_factor, office: toOffice(row) };
}

/** Returns a person's current state, with the office hours of their organisation. */
export async function getStanding(run: Run, who: Who): Promise<Standing> {
  const [row] = await run(FIND_STANDING, who);
  return toStanding(row);
}

import "server-only";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import type { Tx } from "@/lib/db/transaction";
import { statementAlgorithm } from "@/lib/escrow/protocol/cose-key";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";
import { holdsOwnKey, isPortalSigned } from "@/lib/escrow/protocol/succession";
import type { Need } from "@/lib/home/schema";
import { findSince, listSignInPasskeys } from "@/lib/identity/roster/people-store";
import type { Duty } from "@/lib/vocabulary";

/** Duties whose acts are statements that the custodian checks: decisions, releases, openings, roster versions. */
const SIGNING: readonly Duty[] = [
  "admin",
  "approve",
  "legal",
  "support",
  "recovery",
  "executive",
  "break-glass",
];

/** Whether the caller will decide or open, and so needs a key on the custodian's roster. */
export function needsRosterKey({ role, duties }: Pick<Principal, "role" | "duties">): boolean {
  return role === "auditor" || role === "regulator" || duties.some((duty) => SIGNING.includes(duty));
}

/**
 * Returns the one task of a person who could not sign: to register a passkey or, with one, to be on the roster. A person who
 * signs in at an identity provider has it too. While the roster is not known, only the missing passkey is certain.
 */
export async function readSigningNeeds(
  tx: Tx,
  { principal, instance }: Pick<Context, "principal" | "instance">,
  roster: Roster | undefined,
): Promise<Need[]> {
  if (!needsRosterKey(principal) || (roster === undefined && instance.evaluation)) return [];
  const listed = roster === undefined ? undefined : findPerson(roster, principal.handle);
  if (listed !== undefined && (holdsOwnKey(listed) || (instance.evaluation && isPortalSigned(listed))))
    return [];
  const passkeys = await listSignInPasskeys(tx, principal.userId);
  const hasKey = passkeys.some(({ publicKey }) => statementAlgorithm(publicKey) !== undefined);
  if (hasKey && roster === undefined) return [];
  const at = await findSince(tx, principal.userId);
  return [
    {
      kind: "signing_key",
      subject: { kind: "roster", id: principal.handle },
      reference: principal.name,
      at: at.toISOString(),
      is_late: false,
      facts: { text: hasKey ? "roster" : "passkey" },
    },
  ];
}

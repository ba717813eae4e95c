import "server-only";
import type { Core } from "@/lib/custodian/core";
import { refuse } from "@/lib/custodian/refused";
import { noteStatement } from "@/lib/custodian/roster/note-statement";
import { EPOCH_DUTY, type EpochStatement, type SignedEpochOrder } from "@/lib/escrow/protocol/epoch-order";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";

/**
 * Returns the epoch that an order names, after an administrator's signature was verified and journalled. So a portal
 * alone neither begins nor destroys an epoch. The custodian's own clock begins one without an order.
 */
export async function requireOrder(
  core: Core,
  roster: Roster,
  { statement, signature }: SignedEpochOrder,
  act: EpochStatement["act"],
): Promise<number> {
  if (statement.act !== act) refuse("epoch", `The order is to ${statement.act} an epoch.`);
  const person = findPerson(roster, statement.person);
  if (person?.duties.includes(EPOCH_DUTY) !== true)
    refuse("duty", "Only people on the roster with the duty admin can order epochs.");
  await noteStatement(core, roster, { kind: "epoch", statement, signature });
  return statement.epoch;
}

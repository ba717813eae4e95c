import "server-only";
import { refuse } from "@/lib/custodian/refused";
import type { AuthorizationRecord, RosterPerson } from "@/lib/escrow/protocol/messages";
import { type DecisionStatement, recordDigest } from "@/lib/escrow/protocol/statements";

/** Purposes that need a legal authority whoever asks; regulators and auditors need one for every purpose. */
const AUTHORIZED_PURPOSES: readonly string[] = ["audit", "compliance", "reporting"];
const OFFICERS: readonly string[] = ["regulator", "auditor"];

/** The legal authority that was signed for must be the one handed over, and there where one is needed. */
export function checkAuthorization(
  signed: Pick<DecisionStatement, "authorization" | "purpose">,
  requester: RosterPerson,
  record: AuthorizationRecord | undefined,
): void {
  const isOfficer = requester.role !== undefined && OFFICERS.includes(requester.role);
  if (signed.authorization === undefined) {
    if (isOfficer || AUTHORIZED_PURPOSES.includes(signed.purpose)) {
      refuse("authorization", "No legal authority stands in the decisions.");
    }
    if (record !== undefined)
      refuse("authorization", "The decisions name no authorization, but one was given.");
    return;
  }
  if (record === undefined) refuse("authorization", "The authorization's record is missing.");
  if (recordDigest(record) !== signed.authorization) {
    refuse("authorization", "The authorization is not the one that was decided on.");
  }
}

import "server-only";
import { type Core, remember } from "@/lib/custodian/core";
import { requireParty } from "@/lib/custodian/grants/dispute";
import { refuse } from "@/lib/custodian/refused";
import { requireSameRoster } from "@/lib/custodian/roster/roster";
import { assuranceOf, proveSignature, requireFresh, rulesOf } from "@/lib/custodian/roster/signature";
import { findPerson, type NoteResponse, type Roster, type StatementNote } from "@/lib/escrow/protocol/roster";

/** Returns the person that a statement names as its signer. */
function signerOf(note: StatementNote): string {
  switch (note.kind) {
    case "decision":
      return note.statement.approver;
    case "open":
      return note.statement.requester;
    case "dispute":
      return note.statement.party;
    case "roster":
    case "recovery":
    case "rewrap":
    case "release-end":
    case "epoch":
    case "policy":
      return note.statement.person;
    case "release":
      return note.statement.releaser;
    case "break-glass":
      return note.statement.requester;
    case "review":
    case "access-review":
      return note.statement.reviewer;
  }
}

/**
 * Checks a signed statement when it is made, and remembers it. A wrong signature is refused while its signer is still
 * present. Passkey counters are seen in the order in which they were used, however late a decision takes effect.
 */
export async function noteStatement(core: Core, roster: Roster, note: StatementNote): Promise<NoteResponse> {
  const { kind, statement, signature } = note;
  if (statement.log !== core.log) refuse("log", "The statement is for another log.");
  const name = signerOf(note);
  if (kind === "dispute") requireParty(roster, name);
  const person = findPerson(roster, name);
  if (person === undefined) return refuse("approver", `${name} is not on the roster.`);
  const proof = await proveSignature(rulesOf(core, roster), person, kind, statement, signature);
  requireSameRoster(core, roster);
  requireFresh(core, proof);
  if (core.memory.notedAssurance(kind, statement) === undefined) {
    remember(core, { kind: "statement", note, assurance: proof.assurance });
  }
  return { ok: true, assurance: assuranceOf(core, [proof.assurance]) };
}

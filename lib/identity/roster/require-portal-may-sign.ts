import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import { findPerson } from "@/lib/escrow/protocol/roster";
import { holdsOwnKey } from "@/lib/escrow/protocol/succession";
import { hasEnrolled } from "@/lib/identity/roster/store";

function required(): never {
  throw new DomainError("statement.required", {
    detail: "You have enrolled a key of your own: sign this statement with it.",
  });
}

/**
 * Refuses to sign in place of a person who can sign themselves. Outside an evaluation that is every person. The
 * custodian would also refuse, but perhaps only later, when a decision counts.
 */
export async function requirePortalMaySign(
  cx: Pick<Context, "db" | "instance" | "escrow" | "principal">,
): Promise<void> {
  if (!cx.instance.evaluation) throw new DomainError("statement.required");
  const { userId, handle } = cx.principal;
  if (await hasEnrolled(cx.db.run, userId)) required();
  // The operator's file may allow it too. While the custodian is away, its last answer counts.
  const roster = await cx.escrow.knownRoster();
  const person = roster === undefined ? undefined : findPerson(roster, handle);
  if (person !== undefined && holdsOwnKey(person)) required();
}

import "server-only";
import { z } from "zod";
import type { RuleContext } from "@/lib/administration/agreements/kind";
import { requirePerson } from "@/lib/administration/people/rules";
import type { CallBack } from "@/lib/administration/people/schema";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { Holder } from "@/lib/identity/people/holders-store";
import { findEmail } from "@/lib/identity/people/people-store";
import { type AgencyRow, findAgency } from "@/lib/organisations/agency/store";

// The reset of an agency officer's sign-in. The operator does not know an officer. So both contacts of the agency
// confirm the reset, called at a number on record. The reset then waits a day in which the officer or the agency can
// object.

const HOLD_MS = 24 * 3_600_000;

/** What a reset says of itself in its agreement. All of it is absent for people of other organisations. */
export const ResetFacts = z.strictObject({
  confirmed_by: z.array(z.string()).optional(),
  called_number: z.string().optional(),
  call_note: z.string().optional(),
  not_before: z.string().optional(),
});
export type ResetFacts = z.infer<typeof ResetFacts>;

/** Returns what an agreement keeps of a callback: who confirmed it, under which number, and when the hold ends. */
export function resetFacts(call: CallBack | undefined, now: Date): ResetFacts {
  if (call === undefined) return {};
  return {
    confirmed_by: [...call.contacts],
    called_number: call.number,
    call_note: call.note,
    not_before: new Date(now.getTime() + HOLD_MS).toISOString(),
  };
}

function refuse(detail: string): never {
  throw new DomainError("person.officer", { detail });
}

const mailbox = (address: string) => address.trim().toLowerCase();

function requireContacts(agency: AgencyRow, contacts: readonly string[], own: string): void {
  const known = agency.people.map(({ email }) => mailbox(email)).filter((email) => email !== mailbox(own));
  if (known.length < 2)
    refuse(`${agency.name} has fewer than two other contacts. Add them under Organisations first.`);
  const named = new Set(contacts.map(mailbox));
  if (named.size !== 2 || [...named].some((email) => !known.includes(email)))
    refuse(`Name two contacts of ${agency.name} who confirmed it. The officer cannot be one of them.`);
}

/**
 * Checks the callback of a reset: an agency's officer needs one, other people have none. Two contacts on the agency's
 * record and one of its numbers are named. Throws `person.officer`.
 */
export async function requireCallBack(
  tx: Tx,
  cx: RuleContext,
  person: Holder,
  after: ResetFacts,
): Promise<void> {
  const agency = await findAgency(tx, cx.instance.tenantId, person.organisationId);
  const { confirmed_by: contacts = [], called_number: number, not_before: notBefore } = after;
  if (agency === undefined) {
    if (number !== undefined) refuse("Callbacks are only for officers of an agency.");
    return;
  }
  if (number === undefined || notBefore === undefined)
    refuse(`This is an officer of ${agency.name}. Call its two contacts back first, and name them.`);
  requireContacts(agency, contacts, await findEmail(tx, person.userId));
  if (!agency.contacts.includes(number)) refuse("The number called is not stored for the agency.");
}

/** Throws `person.officer` where the caller put the called number on record: that takes another person. */
export async function requireForeignNumber(
  tx: Tx,
  cx: Context,
  userId: string,
  call: CallBack,
): Promise<void> {
  const { organisationId } = await requirePerson(tx, cx, userId);
  const agency = await findAgency(tx, cx.instance.tenantId, organisationId);
  if (agency?.setters.get(call.number) === cx.principal.userId)
    refuse("You stored this number yourself. Another administrator calls it, or you call another number.");
}

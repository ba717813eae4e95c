import "server-only";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import type {
  SecondAdministrator,
  SecondAdministratorAnswer,
  SetupPeople,
} from "@/lib/administration/setup/schema";
import { issueAgain, makeAdministrator, recordStep } from "@/lib/administration/setup/steps";
import { findSetup, isSetupOpen, lockSetup, updateSetup } from "@/lib/administration/setup/store";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findPeople } from "@/lib/identity/people/people-store";
import { findUserState } from "@/lib/identity/people/store";
import { findAccount } from "@/lib/identity/sign-in/credential-store";

/** Returns the state of naming the two administrators, as the caller sees it. */
export async function readSetupPeople(tx: Tx, cx: Context): Promise<SetupPeople> {
  const { tenantId } = cx.instance;
  const row = await findSetup(tx, tenantId);
  if (row === undefined) return { second: null, is_open: false, may_name: false };
  const id = row.secondUserId;
  const account = id === undefined ? undefined : await findAccount(tx, tenantId, id);
  const second =
    id === undefined || account === undefined
      ? null
      : { id, name: account.holder.name, email: account.email };
  const is_open = await isSetupOpen(tx, tenantId);
  return { second, is_open, may_name: is_open && row.firstUserId === cx.principal.userId };
}

/** Returns whether a second administrator can be named: none was named, or their invitation was withdrawn. */
async function isFree(tx: Tx, secondUserId: string | undefined): Promise<boolean> {
  return secondUserId === undefined || (await findUserState(tx, secondUserId)) === "left";
}

/**
 * Creates the second administrator and returns their link, which the first administrator passes on. Repeated with the
 * same address before they have signed in, it returns a new link. Throws `setup.people` without a set-up,
 * `access.forbidden` for anyone but the first administrator, and `setup.step-done` for another person and once a second
 * administrator has signed in.
 */
export async function nameSecond(
  cx: AdministrationContext,
  { name, email }: SecondAdministrator,
): Promise<SecondAdministratorAnswer> {
  const { tenantId } = cx.instance;
  const made = await inTransaction(cx, async (tx) => {
    const row = await lockSetup(tx, tenantId);
    if (row?.organisationId === undefined)
      throw new DomainError("setup.people", { detail: "Invite administrators under People." });
    if (row.firstUserId !== cx.principal.userId)
      throw new DomainError("access.forbidden", {
        detail: "The first administrator names the second. Later ones are invited under People.",
      });
    // After two administrators have signed in, both decide about a third one, even if one of them leaves.
    if (!(await isSetupOpen(tx, tenantId)))
      throw new DomainError("setup.step-done", {
        detail: "The second administrator has signed in. Later ones are invited under People.",
      });
    const { organisationId, secondUserId } = row;
    if (secondUserId !== undefined && !(await isFree(tx, secondUserId))) {
      const link = await issueAgain(tx, cx, secondUserId, email);
      const entry = await recordStep(tx, cx, "setup.administrator", { which: "second", link: "again" });
      return { id: secondUserId, entry, ...link };
    }
    const { entry: _made, ...person } = await makeAdministrator(tx, cx, { name, email, organisationId });
    const entry = await recordStep(tx, cx, "setup.administrator", {
      which: "second",
      user: person.pseudonym,
    });
    await updateSetup(tx, tenantId, { secondUserId: person.id });
    return { ...person, entry };
  });
  const named = await inSnapshot(cx, (tx) => findPeople(tx, [made.id]));
  return {
    user_id: made.id,
    name: named.get(made.id)?.name ?? name,
    link: made.link,
    expires_at: made.expiresAt.toISOString(),
    receipt: await issueReceipt(cx, made.entry),
  };
}

import "server-only";
import { drawHandle } from "@/lib/administration/people/invitation-kind";
import type {
  SetupAdministrator,
  SetupAdministratorAnswer,
  SetupCall,
  SetupOrganisation,
  SetupView,
} from "@/lib/administration/setup/schema";
import { requireSetup, type SetupContext } from "@/lib/administration/setup/setup-link";
import { lockSetup, type SetupRow, updateSetup } from "@/lib/administration/setup/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { hasAnyFactor } from "@/lib/identity/invitations/check-invitation";
import {
  type IssuedInvitation,
  issueInvitationIn,
  type LinkContext,
} from "@/lib/identity/invitations/issue-invitation";
import { createOrganisationIn } from "@/lib/identity/people/create-organisation";
import { createUserIn } from "@/lib/identity/people/create-user";
import { readOrganisationName } from "@/lib/identity/people/read-organisation-name";
import { findAccount } from "@/lib/identity/sign-in/credential-store";

/** The actor of the steps before anyone can sign in. */
const SYSTEM = { system: "setup" };

async function requireRow(tx: Tx, { instance }: AuditContext): Promise<SetupRow> {
  const row = await lockSetup(tx, instance.tenantId);
  if (row === undefined) throw new InvariantError("a set-up was checked and is not there");
  return row;
}

/** Records that a step of the set-up made something. Append it before the row changes. */
export function recordStep(tx: Tx, cx: AuditContext, action: string, details: Record<string, string>) {
  return appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action,
    subjects: [`tenant:${cx.instance.tenantId}`],
    details,
  });
}

/** Returns which step is next. Reading uses nothing up. Throws as `requireSetup`. */
export async function viewSetup(cx: SetupContext, call: SetupCall): Promise<SetupView> {
  const { organisationId, expiresAt } = await requireSetup(cx, call);
  return {
    step: organisationId === undefined ? "organisation" : "administrator",
    origin: cx.site.origin,
    organisation: organisationId === undefined ? null : await readOrganisationName(cx, organisationId),
    expires_at: expiresAt.toISOString(),
  };
}

/** Saves the operator's organisation. Throws `setup.step-done` for the second of two browsers, and as `requireSetup`. */
export async function saveOrganisation(
  cx: SetupContext,
  { token, setup_token, name, zone, home_jurisdictions: homeJurisdictions }: SetupOrganisation,
): Promise<SetupView> {
  await requireSetup(cx, { token, setup_token });
  const own = { ...cx, ...SYSTEM };
  await inTransaction(own, async (tx) => {
    if ((await requireRow(tx, own)).organisationId !== undefined)
      throw new DomainError("setup.step-done", {
        detail: "The organisation was saved before, perhaps in another browser. Load the page again.",
      });
    const { id } = await createOrganisationIn(tx, own, { name, kind: "operator", zone, homeJurisdictions });
    await recordStep(tx, own, "setup.organisation", { organisation: id });
    await updateSetup(tx, own.instance.tenantId, { organisationId: id });
  });
  return viewSetup(cx, { token, setup_token });
}

/** Makes an administrator with the link for their first sign-in. */
export async function makeAdministrator(
  tx: Tx,
  cx: LinkContext,
  person: { readonly name: string; readonly email: string; readonly organisationId: string },
) {
  const id = uuidv7(cx.clock.nowMs());
  const handle = await drawHandle(tx, { role: "admin", name: person.name });
  const { pseudonym } = await createUserIn(tx, cx, {
    ...person,
    ...{ id, handle, role: "admin", duties: ["admin"] },
  });
  return { id, pseudonym, ...(await issueInvitationIn(tx, cx, id)) };
}

/**
 * Gives a person another link who was named before and did not sign in: the browser was closed between. Throws
 * `setup.step-done` for another person, and for one who signed in.
 */
export async function issueAgain(
  tx: Tx,
  cx: LinkContext,
  userId: string,
  email: string,
): Promise<IssuedInvitation> {
  const account = await findAccount(tx, cx.instance.tenantId, userId);
  const isSame = account?.email.toLowerCase() === email.toLowerCase();
  if (account === undefined || !isSame || hasAnyFactor(account))
    throw new DomainError("setup.step-done", {
      detail:
        "This administrator was named before, perhaps in another browser. Enter the same e-mail to continue.",
    });
  return issueInvitationIn(tx, cx, userId);
}

/**
 * Makes the first administrator, and returns the token with which their browser sets the passkey. Repeated with the same
 * address it continues where it was left. Throws `setup.step-done`, `setup.unfinished`, and as `requireSetup`.
 */
export async function nameFirst(
  cx: SetupContext,
  { token, setup_token, name, email }: SetupAdministrator,
): Promise<SetupAdministratorAnswer> {
  await requireSetup(cx, { token, setup_token });
  const own = { ...cx, ...SYSTEM };
  const { link } = await inTransaction(own, async (tx): Promise<IssuedInvitation> => {
    const { organisationId, firstUserId } = await requireRow(tx, own);
    if (organisationId === undefined)
      throw new DomainError("setup.unfinished", { detail: "Save your organisation first." });
    if (firstUserId !== undefined) return issueAgain(tx, own, firstUserId, email);
    const made = await makeAdministrator(tx, own, { name, email, organisationId });
    await recordStep(tx, own, "setup.administrator", { which: "first", user: made.pseudonym });
    await updateSetup(tx, own.instance.tenantId, { firstUserId: made.id });
    return made;
  });
  return { invitation: link.slice(link.indexOf("#") + 1) };
}

import "server-only";
import { askAgreementIn } from "@/lib/administration/agreements/ask-agreement";
import type { MadeLink } from "@/lib/administration/agreements/kind";
import type { AgreementKindName } from "@/lib/administration/agreements/schema";
import { type AgreementRow, findAgreement, listOpenOf } from "@/lib/administration/agreements/store";
import { withdrawAgreementIn } from "@/lib/administration/people/ending";
import {
  drawHandle,
  makePerson,
  needsSecondPerson,
  requireInvitable,
} from "@/lib/administration/people/invitation-kind";
import type { InvitedPerson } from "@/lib/administration/people/schema";
import type { ScimContext } from "@/lib/administration/provisioning/context";
import {
  type Entitlement,
  entitlementOf,
  isSameEntitlement,
} from "@/lib/administration/provisioning/entitlement";
import { allScimGroups } from "@/lib/administration/provisioning/group-store";
import type { ScimPerson } from "@/lib/administration/provisioning/people-store";
import { ScimError } from "@/lib/administration/provisioning/protocol/scim-error";
import { hasMadeToken } from "@/lib/administration/provisioning/token-store";
import type { Tx } from "@/lib/db/transaction";
import { contentEtagOf } from "@/lib/etag";
import { findHolder } from "@/lib/identity/people/holders-store";

type Change = { readonly kind: AgreementKindName; readonly after: Readonly<Record<string, unknown>> };

/** Returns the open agreement of this kind about the person. */
async function findOpen(
  tx: Tx,
  cx: ScimContext,
  subjectId: string,
  kind: AgreementKindName,
): Promise<AgreementRow | undefined> {
  const { tenantId } = cx.instance;
  const open = (await listOpenOf(tx, { tenantId, subjectId })).find((one) => one.kind === kind);
  const row = open === undefined ? undefined : await findAgreement(tx, tenantId, open.id);
  return row !== undefined && cx.clock.now() < row.expiresAt ? row : undefined;
}

/** Whether the agreement was asked for by a token of this organisation, or by the administrator who acts. */
function isOwn(tx: Tx, cx: ScimContext, { askedBy }: AgreementRow): Promise<boolean> | true {
  const { askedBy: own, organisationId } = cx.provisioning;
  return askedBy === own || hasMadeToken(tx, { tenantId: cx.instance.tenantId, organisationId }, askedBy);
}

/** Withdraws what the provider asked for. Throws 409 for what another person asked for. */
async function withdraw(tx: Tx, cx: ScimContext, row: AgreementRow | undefined): Promise<void> {
  if (row === undefined) return;
  if (!(await isOwn(tx, cx, row)))
    throw new ScimError(
      409,
      undefined,
      "Another change of this person waits for two administrators. Try again later.",
    );
  const { askedBy: by, reason } = cx.provisioning;
  await withdrawAgreementIn(tx, cx, row, { by, reason: `${reason}: no longer asked for` });
}

/** What is asked for lasts as long as the administrator who made the token may act. */
async function requireAsker(tx: Tx, cx: ScimContext): Promise<void> {
  const asker = await findHolder(tx, cx.instance.tenantId, cx.provisioning.askedBy);
  if (asker?.isActive === true && asker.duties.includes("admin")) return;
  throw new ScimError(
    403,
    undefined,
    "The administrator who made this token is no longer active. Another administrator replaces the token.",
  );
}

/** Asks two administrators for a change. The same change that waits already is left alone. */
export async function askFor(
  tx: Tx,
  cx: ScimContext,
  subjectId: string,
  { kind, after }: Change,
): Promise<void> {
  const open = await findOpen(tx, cx, subjectId, kind);
  const { askedBy, reason } = cx.provisioning;
  if (open !== undefined && contentEtagOf(open.after) === contentEtagOf(after)) {
    // Asked by the maker of an earlier token, it may end with them: the present one asks for it.
    if (open.askedBy === askedBy || !(await isOwn(tx, cx, open))) return;
  }
  await requireAsker(tx, cx);
  await withdraw(tx, cx, open);
  await askAgreementIn(tx, cx, { kind, subjectId, after, reason, askedBy });
}

/** Withdraws a change of this kind, where one waits. */
export async function unask(
  tx: Tx,
  cx: ScimContext,
  subjectId: string,
  kind: AgreementKindName,
): Promise<void> {
  await withdraw(tx, cx, await findOpen(tx, cx, subjectId, kind));
}

/** A person without an account is invited, or asked for where role or duties need two people. */
async function settleNew(
  tx: Tx,
  cx: ScimContext,
  person: ScimPerson,
  wanted: Entitlement | undefined,
): Promise<MadeLink | undefined> {
  if (wanted === undefined || !person.isActive) {
    await unask(tx, cx, person.id, "invitation");
    return undefined;
  }
  const { organisationId, organisation, settings } = cx.provisioning;
  const isParty = wanted.role === "client" || wanted.role === "miner";
  const invited: InvitedPerson = {
    ...{ name: person.name, email: person.userName, organisation_id: organisationId, organisation },
    ...{ role: wanted.role, duties: [...wanted.duties] },
    ...(isParty && settings.participant_id !== undefined ? { participant_id: settings.participant_id } : {}),
    handle: await drawHandle(tx, { role: wanted.role, name: person.name }),
  };
  if (await needsSecondPerson(tx, cx, invited)) {
    await askFor(tx, cx, person.id, { kind: "invitation", after: invited });
    return undefined;
  }
  await unask(tx, cx, person.id, "invitation");
  await requireInvitable(tx, cx, invited);
  return (await makePerson(tx, cx, person.id, invited)).made;
}

/** Returns whether groups can give this role and these duties. A coordinator needs a duty; without one an administrator suspends them. */
function isPossible({ role, duties }: Entitlement): boolean {
  return role !== "coordinator" || duties.length > 0;
}

/**
 * Returns the change of role and duties that a person's groups require. Returns undefined if no change is needed, or if
 * only an administrator can act, because the person is suspended or would have no role left.
 */
export function changeOf(
  cx: Pick<ScimContext, "provisioning">,
  { account }: ScimPerson,
  names: readonly string[],
): { readonly wanted: Entitlement | undefined; readonly isDiffering: boolean } {
  const wanted = entitlementOf(cx.provisioning.settings, names, account);
  if (account === undefined) return { wanted, isDiffering: false };
  if (wanted !== undefined && isSameEntitlement(wanted, account))
    return { wanted: undefined, isDiffering: false };
  // Without any mapped group the duties that groups give are too many.
  const managed = cx.provisioning.settings.groups.flatMap(({ duties }) => duties);
  if (wanted === undefined)
    return { wanted, isDiffering: account.duties.some((duty) => managed.includes(duty)) };
  return isPossible(wanted) ? { wanted, isDiffering: true } : { wanted: undefined, isDiffering: true };
}

/** Names of a person's groups. */
export async function groupNamesOf(tx: Tx, cx: ScimContext, id: string): Promise<string[]> {
  const at = { tenantId: cx.instance.tenantId, organisationId: cx.provisioning.organisationId };
  return (await allScimGroups(tx, at)).filter(({ members }) => members.includes(id)).map(({ name }) => name);
}

/**
 * Brings a person to what the provider wants, in the caller's transaction: invites them, or asks two administrators.
 * Returns the link to send after the commit. Throws where the change is not possible.
 */
export async function settlePerson(
  tx: Tx,
  cx: ScimContext,
  person: ScimPerson,
): Promise<MadeLink | undefined> {
  const names = await groupNamesOf(tx, cx, person.id);
  const { wanted } = changeOf(cx, person, names);
  if (person.account === undefined) return settleNew(tx, cx, person, wanted);
  if (person.account.state !== "active") return undefined;
  if (wanted === undefined) {
    const open = await findOpen(tx, cx, person.id, "duties");
    if (open !== undefined && (await isOwn(tx, cx, open))) await withdraw(tx, cx, open);
    return undefined;
  }
  const after = { role: wanted.role, duties: [...wanted.duties].sort() };
  await askFor(tx, cx, person.id, { kind: "duties", after });
  return undefined;
}

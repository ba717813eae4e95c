import "server-only";
import { askAgreement } from "@/lib/administration/agreements/ask-agreement";
import type { AgreementAnswer } from "@/lib/administration/agreements/schema";
import type {
  AgencyChange,
  NewOrganisation,
  NewOrganisationAnswer,
  Organisation,
  OrganisationAnswer,
  OrganisationChange,
} from "@/lib/administration/organisations/schema";
import { requireNewName } from "@/lib/administration/people/rules";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import { contentEtagOf, requireMatch } from "@/lib/etag";
import { createOrganisationIn } from "@/lib/identity/people/create-organisation";
import { etagOfAgency, getAgencyRecord } from "@/lib/organisations/agency/agency-record";
import { findOrganisation, lockOrganisation, updateOrganisation } from "@/lib/organisations/store";

/** Creates a company at once. For an agency it asks another administrator to agree. Throws `organisation.domain`. */
export async function createNewOrganisation(
  cx: Context,
  body: NewOrganisation,
): Promise<NewOrganisationAnswer> {
  if (body.kind === "agency") {
    const { reason, kind: _kind, ...after } = body;
    const id = uuidv7(cx.clock.nowMs());
    const agreement = await askAgreement(cx, { kind: "agency", subjectId: id, after, reason });
    return { id, state: "asked", agreement, receipt: agreement.receipt };
  }
  const { id, entry } = await inTransaction(cx, async (tx) => {
    await requireNewName(tx, cx, body.name);
    return createOrganisationIn(tx, cx, body);
  });
  return { id, state: "created", agreement: null, receipt: await issueReceipt(cx, entry) };
}

async function read(tx: Tx, cx: Context, id: string): Promise<Organisation> {
  const found = await findOrganisation(tx, cx.instance.tenantId, id);
  if (found === undefined) throw new DomainError("organisation.not-found");
  const { name, kind, state, zone } = found;
  return { id, name, kind, state, zone };
}

/** Returns the entity tag of what one administrator changes: name and state. */
export function etagOfOrganisation({ name, state }: Organisation): string {
  return contentEtagOf({ name, state });
}

/** Returns one organisation. Throws `organisation.not-found`. */
export function getOrganisation(cx: Context, id: string): Promise<Organisation> {
  return inSnapshot(cx, (tx) => read(tx, cx, id));
}

/**
 * Renames an organisation, or changes its state. People of a suspended organisation are refused from their next call
 * on. The operator's own stays active. Throws `organisation.not-found`, `organisation.state` and `request.outdated`.
 */
export async function changeOrganisation(
  cx: Context,
  id: string,
  body: OrganisationChange,
  ifMatch?: string,
): Promise<OrganisationAnswer> {
  const { entry, after } = await inTransaction(cx, async (tx) => {
    await lockOrganisation(tx, id);
    const before = await read(tx, cx, id);
    requireMatch(ifMatch, etagOfOrganisation(before));
    const { name = before.name, state = before.state, reason } = body;
    if (before.kind === "operator" && state !== "active")
      throw new DomainError("organisation.state", {
        detail: "The operator's own organisation stays active.",
      });
    if (name === before.name && state === before.state) throw invalidField("/name", "is the present one");
    if (name !== before.name) await requireNewName(tx, cx, name, id);
    await updateOrganisation(tx, id, { name, state });
    const appended = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "organisation.change",
      subjects: [`organisation:${id}`],
      details: {
        before: { name: before.name, state: before.state },
        after: { name, state },
        reason,
      },
    });
    return { entry: appended, after: { ...before, name, state } };
  });
  return { ...after, receipt: await issueReceipt(cx, entry) };
}

/**
 * Asks another administrator to agree to new domains, callback numbers or contacts of an agency. Throws
 * `organisation.not-found`, `organisation.domain`, and `request.outdated` where `ifMatch` names another record.
 */
export async function askAgencyRecord(
  cx: Context,
  id: string,
  { reason, ...after }: AgencyChange,
  ifMatch?: string,
): Promise<AgreementAnswer> {
  const { people, ...record } = await getAgencyRecord(cx, id);
  requireMatch(ifMatch, etagOfAgency({ ...record, people }));
  const whole = { ...after, people: after.people ?? people };
  return askAgreement(cx, { kind: "agency_record", subjectId: id, after: whole, reason });
}

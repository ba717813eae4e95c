import "server-only";
import type {
  NewParticipant,
  Participant,
  ParticipantAnswer,
  ParticipantChange,
  ParticipantList,
  ParticipantQuery,
} from "@/lib/administration/participants/schema";
import { requireHome, requireOrganisation } from "@/lib/administration/people/rules";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { isUniqueViolation } from "@/lib/db/errors";
import { isUnreadable, viewRows } from "@/lib/db/read-rows";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { createParticipantIn } from "@/lib/identity/people/create-participant";
import {
  findHighestNumber,
  findParticipant,
  findUsed,
  listParticipantRows,
  type ParticipantRow,
  updateParticipantState,
} from "@/lib/identity/people/participants-store";
import { findOrganisationNames } from "@/lib/identity/people/people-store";

function viewOf(
  row: ParticipantRow,
  { names, used }: { readonly names: ReadonlyMap<string, string>; readonly used: ReadonlySet<string> },
): Participant {
  const { organisationId: id, createdAt, ...rest } = row;
  return {
    ...rest,
    organisation: { id, name: names.get(id) ?? id },
    needs_agreement: used.has(row.id),
    created_at: createdAt.toISOString(),
  };
}

async function read(tx: Tx, cx: Context, id: string): Promise<Participant> {
  const row = await findParticipant(tx, cx.instance.tenantId, id);
  if (row === undefined) throw new DomainError("participant.not-found");
  const names = await findOrganisationNames(tx, [row.organisationId]);
  return viewOf(row, { names, used: await findUsed(tx, cx.instance.tenantId, [id]) });
}

/** Returns clients and providers by id. The cursor is the last id shown. */
export function listParticipants(cx: Context, query: ParticipantQuery): Promise<ParticipantList> {
  const { view, q, cursor: after, limit } = query;
  const { tenantId } = cx.instance;
  return inSnapshot(cx, async (tx) => {
    const state = view === "all" ? undefined : view;
    const rows = await listParticipantRows(tx, { tenantId, q, state, after, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const readable = shown.flatMap((row) => (isUnreadable(row) ? [] : [row]));
    const known = {
      names: await findOrganisationNames(
        tx,
        readable.map(({ organisationId }) => organisationId),
      ),
      used: await findUsed(
        tx,
        tenantId,
        readable.map(({ id }) => id),
      ),
    };
    return {
      ...viewRows(cx, "participants", shown, (row: ParticipantRow) => viewOf(row, known)),
      next_cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
    };
  });
}

/** Returns the number after the highest one among ids such as `client-457` and `provider-12`. */
export function nextParticipantNumbers(cx: Context): Promise<{ client: number; miner: number }> {
  const { tenantId } = cx.instance;
  return inSnapshot(cx, async (tx) => ({
    client: (await findHighestNumber(tx, tenantId, "client-")) + 1,
    miner: (await findHighestNumber(tx, tenantId, "provider-")) + 1,
  }));
}

/** Returns one participant. Throws `participant.not-found`. */
export function getParticipant(cx: Context, id: string): Promise<Participant> {
  return inSnapshot(cx, (tx) => read(tx, cx, id));
}

/**
 * Creates a client or provider of a company. Its keys are registered separately. Throws `participant.exists`,
 * `organisation.not-found` and `organisation.state`.
 */
export async function createNewParticipant(cx: Context, body: NewParticipant): Promise<ParticipantAnswer> {
  const { id, role, kind, organisation_id: organisationId } = body;
  try {
    const { entry, view } = await inTransaction(cx, async (tx) => {
      requireHome({ role }, (await requireOrganisation(tx, cx, organisationId)).kind);
      const appended = await createParticipantIn(tx, cx, { id, organisationId, role, kind });
      return { entry: appended, view: await read(tx, cx, id) };
    });
    return { ...view, receipt: await issueReceipt(cx, entry) };
  } catch (error) {
    if (isUniqueViolation(error))
      throw new DomainError("participant.exists", { detail: `${id} is the id of another participant.` });
    throw error;
  }
}

/**
 * Suspends a participant, or lets it act again. People who act for a suspended one are refused from their next call on,
 * and it cannot become a party to a new transaction. Throws `participant.not-found` and `participant.state`.
 */
export async function changeParticipant(
  cx: Context,
  id: string,
  { state, reason }: ParticipantChange,
): Promise<ParticipantAnswer> {
  const { entry, view } = await inTransaction(cx, async (tx) => {
    await read(tx, cx, id);
    if (!(await updateParticipantState(tx, id, state)))
      throw new DomainError("participant.state", { detail: `The participant is ${state} already.` });
    const appended = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "participant.change",
      subjects: [`participant:${id}`],
      details: { state, reason },
      index: { participantId: id },
    });
    return { entry: appended, view: await read(tx, cx, id) };
  });
  return { ...view, receipt: await issueReceipt(cx, entry) };
}

import "server-only";
import { randomInt } from "node:crypto";
import type { Escalation, RequestState } from "@/lib/access/requests/schema";
import type { Asked, RequestFacts, RequestRow } from "@/lib/access/requests/store";
import { type Permit, requirePermit } from "@/lib/access/rules/permit";
import type { RequestEventKind } from "@/lib/access/rules/transitions";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";

function askedColumns(asked: Asked) {
  return {
    purpose: asked.purpose,
    justification: asked.justification,
    legal_basis: asked.legalBasis ?? null,
    transactions: [...asked.transactions],
    query: asked.query === undefined ? Prisma.DbNull : { ...asked.query },
    groups: [...asked.groups],
    level: asked.level,
    from: asked.from ?? null,
    until: asked.until ?? null,
    max_views: asked.maxViews,
    max_exports: asked.maxExports,
    co_viewers: [...asked.coViewers],
  };
}

/** `AR-<year>-<eight digits>`. */
function drawReference(year: number): string {
  return `AR-${year}-${String(randomInt(10 ** 8)).padStart(8, "0")}`;
}

/**
 * Returns a new, unused reference. It is random: a counter would show every agency how many requests the others filed,
 * sealed ones included.
 */
export async function newReference(tx: Tx, year: number): Promise<string> {
  const drawn = Array.from({ length: 8 }, () => drawReference(year));
  const taken = await tx.access_request.findMany({
    where: { reference: { in: drawn } },
    select: { reference: true },
  });
  const free = drawn.find((one) => taken.every(({ reference }) => reference !== one));
  if (free === undefined) throw new InvariantError("no free request reference found");
  return free;
}

export async function insertRequest(
  tx: Tx,
  permit: Permit<"request.create"> | Permit<"request.steer">,
  row: Asked &
    Omit<RequestFacts, "isSent" | "escalatedTo" | "sealedFrom"> & {
      readonly tenantId: string;
      readonly reference: string;
      /** The request that was answered in part, of which this one is the rest. */
      readonly continues?: string;
      readonly at: Date;
    },
): Promise<void> {
  requirePermit(permit, "request.create", "request.steer");
  await tx.access_request.createMany({
    data: [
      {
        ...askedColumns(row),
        id: row.id,
        tenant_id: row.tenantId,
        reference: row.reference,
        requester_user_id: row.requesterUserId,
        organisation_id: row.requesterOrganisationId,
        continues_id: row.continues ?? null,
        created_at: row.at,
        updated_at: row.at,
      },
    ],
  });
}

/** Changes a draft unless it was changed since `version`. */
export async function changeAsked(
  tx: Tx,
  permit: Permit<"request.change">,
  row: RequestRow,
  asked: Asked,
  at: Date,
): Promise<boolean> {
  requirePermit(permit, "request.change");
  const { count } = await tx.access_request.updateMany({
    where: { id: row.id, version: row.version, state: "draft" },
    data: { ...askedColumns(asked), version: row.version + 1, updated_at: at },
  });
  return count === 1;
}

/** Records a change of what belongs to a draft outside its row. The caller holds the row's lock. */
export async function touchDraft(tx: Tx, permit: Permit<"request.change">, row: RequestRow, at: Date) {
  requirePermit(permit, "request.change");
  const version = row.version + 1;
  await tx.access_request.updateMany({ where: { id: row.id }, data: { version, updated_at: at } });
  return version;
}

/** What a step stores in addition to the state: a submission the request, an answer or an extension the dates. */
export interface Frozen {
  readonly digest?: string;
  readonly dueAt?: Date;
  readonly responseDueAt?: Date;
  /** Counts the extension and restarts the reminders. */
  readonly isExtended?: true;
  /** `null`: escalated to no one, since the request goes back to its requester. */
  readonly escalatedTo?: Escalation | null;
  readonly transactions?: readonly string[];
  readonly authorizationDigest?: string;
}

/** Moves the state if it is still the expected one; the database refuses moves that are not in its table. */
export async function moveState(
  tx: Tx,
  id: string,
  move: {
    readonly from: RequestState;
    readonly to: RequestState;
    readonly event: RequestEventKind;
    readonly at: Date;
  },
  frozen: Frozen = {},
): Promise<boolean> {
  const { count } = await tx.access_request.updateMany({
    where: { id, state: move.from },
    data: {
      state: move.to,
      last_event: move.event,
      version: { increment: 1 },
      updated_at: move.at,
      ...(frozen.digest === undefined ? {} : { digest: frozen.digest }),
      ...(frozen.authorizationDigest === undefined
        ? {}
        : { authorization_digest: frozen.authorizationDigest }),
      ...(frozen.dueAt === undefined ? {} : { due_at: frozen.dueAt }),
      ...(frozen.responseDueAt === undefined ? {} : { response_due_at: frozen.responseDueAt }),
      ...(frozen.isExtended === undefined ? {} : { extensions: { increment: 1 }, reminders: 0 }),
      ...(frozen.escalatedTo === undefined
        ? {}
        : {
            escalated_to: frozen.escalatedTo,
            escalated_at: frozen.escalatedTo === null ? null : move.at,
          }),
      ...(frozen.transactions === undefined ? {} : { transactions: [...frozen.transactions] }),
    },
  });
  return count === 1;
}

import "server-only";
import { isSupport } from "@/lib/access/rules/floor";
import type { Context } from "@/lib/context/context";
import { viewRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { listFigures } from "@/lib/disputes/figures/figures-store";
import { listNotes } from "@/lib/disputes/grants-store";
import { HEARING_MS, partyOf } from "@/lib/disputes/rules";
import { type DisputeRow, listDisputeRows } from "@/lib/disputes/store";
import type { Need } from "@/lib/home/schema";
import type { Unreadable } from "@/lib/paging";

const MAX_SHOWN = 20;

function need(row: DisputeRow, kind: "dispute" | "disputed"): Need {
  return {
    kind,
    subject: { kind: "dispute", id: row.id },
    reference: row.jobId,
    at: row.openedAt.toISOString(),
    is_late: false,
    facts: { party: row.party, job: row.jobId, text: row.reason, is_taken: row.taken !== undefined },
  };
}

/** Until when support waits for this party's answer, while it has not spoken. */
async function addAnswerDue(tx: Tx, { principal, clock }: Context, one: Need): Promise<void> {
  const party = principal.participantId;
  const spoken = [
    ...(await listNotes(tx, one.subject.id)).map((note) => note.participant),
    ...(await listFigures(tx, one.subject.id)).map((figure) => figure.party),
  ];
  const until = new Date(Date.parse(one.at) + HEARING_MS);
  if (party !== undefined && !spoken.includes(party) && until > clock.now()) one.due_at = until.toISOString();
}

/** Returns open disputes: to support staff those that are unassigned or theirs, to a party those of the other party. */
export async function readDisputeNeeds(
  tx: Tx,
  cx: Context,
): Promise<{ readonly needs: Need[]; readonly open: number; readonly unreadable: readonly Unreadable[] }> {
  const { principal, instance } = cx;
  const isHelper = isSupport(principal);
  const isStaff = principal.role === "coordinator";
  const participant = isHelper || isStaff ? undefined : (principal.participantId ?? "");
  const mine = { userId: principal.userId, participant };
  const filter = {
    tenantId: instance.tenantId,
    participant,
    view: "open",
    mine,
    transactionId: undefined,
  } as const;
  const { rows, total } = await listDisputeRows(tx, filter, { before: undefined, limit: MAX_SHOWN });
  const { items, unreadable = [] } = viewRows(cx, "home.disputes", rows, (row: DisputeRow) => {
    const isMine = row.taken === undefined || row.taken.by === principal.userId;
    if (isHelper)
      return isMine && !row.partyOrganisations.includes(principal.organisationId)
        ? [need(row, "dispute")]
        : [];
    const party = partyOf(principal, row.participants);
    return party !== undefined && party !== row.party ? [need(row, "disputed")] : [];
  });
  for (const one of items.flat()) if (one.kind === "disputed") await addAnswerDue(tx, cx, one);
  return { needs: items.flat(), open: total, unreadable };
}

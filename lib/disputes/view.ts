import { grantStateAt, type Names, personView } from "@/lib/access/requests/view";
import type { Principal } from "@/lib/context/principal";
import { hindrance, liveGrant } from "@/lib/disputes/access-terms";
import { figureRows, type StoredFigure } from "@/lib/disputes/figures/compare";
import type { DisputeGrant, NoteRow, OpeningRow } from "@/lib/disputes/grants-store";
import { actsOf, isLive, unheardOf } from "@/lib/disputes/rules";
import type { DisputeSummary, DisputeView, NoAccess } from "@/lib/disputes/schema";
import type { DisputeRow } from "@/lib/disputes/store";
import { validityTime } from "@/lib/escrow/protocol/statements";
import type { GroupName } from "@/lib/vocabulary";

/** Returns the ids of all people named in a summary. */
export function namedIn(row: DisputeRow): string[] {
  return [row.openedBy, row.taken?.by, row.end?.by].filter((id) => id !== undefined);
}

export function summaryOf(row: DisputeRow, names: Names): DisputeSummary {
  const { permission, taken, end } = row;
  return {
    id: row.id,
    transaction_id: row.transactionId,
    job_id: row.jobId,
    participants: [...row.participants],
    state: row.state,
    party: row.party,
    opened_by: personView(names, row.openedBy),
    opened_at: row.openedAt.toISOString(),
    ground: row.ground,
    reason: row.reason,
    fields: [...row.groups],
    notes_count: row.notesCount,
    ...(permission === undefined
      ? {}
      : {
          permitted_until: validityTime(permission.notAfter),
          assurance: permission.assurance,
          signed_by: permission.isPortalSigned ? ("portal" as const) : ("own_key" as const),
        }),
    ...(taken === undefined
      ? {}
      : { taken_by: personView(names, taken.by), taken_at: taken.at.toISOString() }),
    ...(end === undefined
      ? {}
      : {
          resolved_by: personView(names, end.by),
          resolved_at: end.at.toISOString(),
          resolution: end.resolution,
          ...(end.outcome === undefined ? {} : { outcome: end.outcome }),
        }),
  };
}

function grantMembers(grants: readonly DisputeGrant[], names: Names, now: Date, log: string) {
  const [newest] = grants;
  if (newest === undefined) return {};
  return {
    grant: {
      id: newest.id,
      state: grantStateAt(newest, now, log),
      holder: personView(names, newest.subjectUserId).handle,
      not_before: validityTime(newest.notBefore),
      not_after: validityTime(newest.notAfter),
      max_views: newest.maxViews,
      views_left: newest.maxViews - newest.viewsUsed,
    },
  };
}

/** The party's permission names a log, as the grant does: after that log was closed, the custodian accepts neither. */
function noAccess(
  row: DisputeRow,
  grants: readonly DisputeGrant[],
  now: Date,
  log: string,
): NoAccess | undefined {
  const found = hindrance(row, grants, now);
  if (found !== undefined) return found;
  const live = liveGrant(grants);
  if (live === undefined) return "untaken";
  return live.notAfter <= now || (live.log ?? log) !== log ? "permission-ended" : undefined;
}

/**
 * Returns the groups that a further request would ask for: those outside the dispute, or all once its own access is
 * over or used up. Empty while the dispute itself shows all groups.
 */
function moreFields(row: DisputeRow, missing: NoAccess | undefined): readonly GroupName[] {
  const others = row.sealedGroups.filter((group) => !row.groups.includes(group));
  if (others.length > 0) return others;
  const isOver = missing !== undefined && missing !== "untaken";
  return isOver ? row.sealedGroups : [];
}

/** All data of one dispute. */
export interface WholeDispute {
  readonly row: DisputeRow;
  readonly grants: readonly DisputeGrant[];
  readonly notes: readonly NoteRow[];
  readonly openings: readonly OpeningRow[];
  readonly figures: readonly StoredFigure[];
  readonly names: Names;
}

export function disputeView(whole: WholeDispute, caller: Principal, now: Date, log: string): DisputeView {
  const { row, grants, notes, openings, figures, names } = whole;
  const spoken = [...notes.map((note) => note.participant), ...figures.map(({ party }) => party)];
  const unheard = isLive(row) ? unheardOf(row, spoken, now) : [];
  const missing = isLive(row) ? noAccess(row, grants, now, log) : undefined;
  const more = isLive(row) ? moreFields(row, missing) : [];
  return {
    ...summaryOf(row, names),
    transaction_status: row.transactionStatus,
    sealed_fields: [...row.sealedGroups],
    ...grantMembers(grants, names, now, log),
    ...(missing === undefined ? {} : { no_access: missing }),
    notes: notes.map((note) => ({
      id: note.id,
      by: personView(names, note.byUserId),
      ...(note.participant !== undefined && row.participants.includes(note.participant)
        ? { party: note.participant }
        : {}),
      text: note.text,
      at: note.at.toISOString(),
    })),
    openings: openings.map(({ at, byUserId, groups }) => ({
      at: at.toISOString(),
      by: personView(names, byUserId),
      fields: [...groups],
    })),
    unheard: unheard.map(({ party, until }) => ({ party, until: until.toISOString() })),
    figures: figureRows(figures, row.participants),
    more_fields: [...more],
    acts: actsOf(caller, row).filter((act) => {
      if (act === "resolve") return unheard.length === 0;
      return act !== "request-more" || more.length > 0;
    }),
  };
}

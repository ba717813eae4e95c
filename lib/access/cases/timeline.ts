import type { CaseEvent, CaseHold, TimelineGroup } from "@/lib/access/cases/schema";
import type { GrantDetail } from "@/lib/access/grants/schema";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { CaseEntry } from "@/lib/audit/reading/case-entries";
import type { EvidenceMade } from "@/lib/audit/reading/list-copies";

/** What the timeline of a case is made of. */
export interface TimelineParts {
  readonly requests: readonly RequestView[];
  readonly grants: readonly GrantDetail[];
  readonly holds: readonly CaseHold[];
  readonly evidence: readonly CaseEvidence[];
  readonly entries: readonly CaseEntry[];
}

/** An evidence file that was made under a grant of the case. */
export interface CaseEvidence extends EvidenceMade {
  readonly by: CaseHold["by"];
  readonly request: CaseEvent["request"];
}

/** Event kinds of a request, with their group and the log actions that they are recorded under. */
const KINDS: Readonly<Record<string, readonly [group: TimelineGroup, ...actions: string[]]>> = {
  create: ["requests", "request.create"],
  submit: ["requests", "request.submit"],
  refuse_document: ["requests", "document.quarantine", "request.review"],
  approve: ["decisions", "request.decide"],
  deny: ["decisions", "request.decide"],
  ask: ["messages", "request.decide"],
  answer: ["messages", "request.change"],
  comment: ["messages", "request.comment"],
  activate: ["decisions", "request.activate"],
  expire: ["decisions", "grant.end"],
  exhaust: ["decisions", "grant.end"],
  revoke: ["decisions", "grant.revoke", "grant.end-release"],
  close: ["requests", "request.close"],
  withdraw: ["requests", "request.withdraw"],
  overdue: ["requests", "request.overdue"],
  release: ["decisions", "request.release"],
  resume: ["requests", "request.resume"],
  lapse: ["decisions", "request.lapse"],
  extend: ["decisions", "request.extend"],
  end_co_viewer: ["decisions", "request.end-co-viewer"],
  object: ["messages", "request.object"],
  answer_partly: ["decisions", "request.answer-partly"],
  escalate: ["requests", "request.escalate"],
  remind: ["requests", "request.remind"],
  continue: ["requests", "request.continue"],
};

/** An event and its entry are written in one transaction, each with its own reading of the clock. */
const NEAR_MS = 10_000;

type Draft = Omit<CaseEvent, "entry"> & {
  readonly entryId?: string;
  readonly about?: string;
  readonly actions?: readonly string[];
};

function ofRequest(request: RequestView): Draft[] {
  const { id, reference, timeline, decisions } = request;
  const narrowed = new Set(decisions.flatMap((one) => (one.narrowed ? [one.approver.handle] : [])));
  return timeline.flatMap(({ at, kind, by, by_name, comment }): Draft[] => {
    const known = KINDS[kind];
    if (known === undefined) return [];
    const [group, ...actions] = known;
    const isNarrowed = kind === "approve" && by !== undefined && narrowed.has(by);
    return [
      {
        at,
        group,
        kind: isNarrowed ? "narrow" : kind,
        ...(by === undefined || by_name === undefined ? {} : { by: { handle: by, name: by_name } }),
        request: { id, reference },
        ...(comment === undefined ? {} : { comment }),
        about: id,
        actions,
      },
    ];
  });
}

function ofGrant({ jobs, openings, copies, exports, request_id, reference }: GrantDetail): Draft[] {
  const job = new Map(jobs.map((one) => [one.transaction_id, one.job_id]));
  const request = request_id === undefined ? {} : { request: { id: request_id, reference } };
  const record = (id: string) => ({ transaction_id: id, ...(job.has(id) ? { job_id: job.get(id) } : {}) });
  return [
    ...openings
      .filter(({ outcome }) => outcome !== "intent")
      .map(
        ({ at, by, transaction_id, fields, level, outcome, entry_id }): Draft => ({
          ...request,
          ...record(transaction_id),
          ...{ at, by: { handle: by.handle, name: by.name }, group: "openings", fields, level },
          kind: outcome === "failed" ? "open_failed" : level === "masked" ? "saw_masked" : "open",
          entryId: entry_id,
        }),
      ),
    ...copies.map(
      ({ at, by, transaction_id, fields, entry_id }): Draft => ({
        ...request,
        ...record(transaction_id),
        ...{ at, by: { handle: by.handle, name: by.name }, group: "evidence", kind: "copy", fields },
        entryId: entry_id,
      }),
    ),
    ...exports.map(
      ({ started_at: at, entry_id }): Draft => ({
        ...request,
        ...{ at, group: "evidence", kind: "export" },
        ...(entry_id === null ? {} : { entryId: entry_id }),
      }),
    ),
  ];
}

function ofHold({ id, by, from, released_at, transactions }: CaseHold): Draft[] {
  const about = { about: id, count: transactions.length, group: "holds" } as const;
  const who = by === undefined ? {} : { by: { handle: by.handle, name: by.name } };
  return [
    { ...about, ...who, at: from, kind: "hold", actions: ["preservation.create"] },
    ...(released_at === undefined
      ? []
      : [{ ...about, at: released_at, kind: "release_hold", actions: ["preservation.release"] }]),
  ];
}

function ofEvidence({ at, entryId, by, request }: CaseEvidence): Draft {
  return {
    ...{ at, group: "evidence", kind: "evidence", entryId },
    ...(by === undefined ? {} : { by: { handle: by.handle, name: by.name } }),
    ...(request === undefined ? {} : { request }),
  };
}

/** Returns the entry that records the event, and takes it: an entry records one event. */
function takeEntry(draft: Draft, free: Set<CaseEntry>): CaseEntry | undefined {
  const { entryId, about, actions = [] } = draft;
  const at = Date.parse(draft.at);
  const away = (entry: CaseEntry): number => Math.abs(entry.atMs - at);
  const [found] = [...free]
    .filter((entry) =>
      entryId === undefined
        ? entry.about === about && actions.includes(entry.action) && away(entry) <= NEAR_MS
        : entry.entryId === entryId,
    )
    .sort((a, b) => away(a) - away(b));
  if (found !== undefined) free.delete(found);
  return found;
}

/** Returns what happened in a case, newest first, each event with its entry of the log where it has one. */
export function timelineOf({ requests, grants, holds, evidence, entries }: TimelineParts): CaseEvent[] {
  const drafts = [
    ...requests.flatMap(ofRequest),
    ...grants.flatMap(ofGrant),
    ...holds.flatMap(ofHold),
    ...evidence.map(ofEvidence),
  ];
  const free = new Set(entries);
  return drafts
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .map((draft) => {
      const entry = takeEntry(draft, free);
      const { entryId: _entryId, about: _about, actions: _actions, ...event } = draft;
      return entry === undefined
        ? event
        : { ...event, entry: { seq: entry.seq, closed_log: entry.closedLog } };
    })
    .reverse();
}

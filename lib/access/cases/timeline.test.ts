import { describe, expect, it } from "vitest";
import { timelineOf } from "@/lib/access/cases/timeline";
import type { GrantDetail } from "@/lib/access/grants/schema";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { CaseEntry } from "@/lib/audit/reading/case-entries";

const ID = "018f0000-0000-7000-8000-000000000001";
const at = (second: number): string => new Date(Date.UTC(2026, 10, 24, 9, 0, second)).toISOString();
const by = { handle: "officer-1", name: "Ines Falkner", organisation: "Market Supervision Office" };

const event = (kind: string, second: number, more: object = {}) => ({
  kind,
  at: at(second),
  by: by.handle,
  by_name: by.name,
  ...more,
});
const entry = (action: string, second: number, seq: number, more: Partial<CaseEntry> = {}): CaseEntry => ({
  ...{ entryId: `entry-${seq}`, atMs: Date.parse(at(second)) + 3, action, about: ID, seq, closedLog: null },
  ...more,
});

function request(timeline: readonly object[]): RequestView {
  const view: Pick<RequestView, "id" | "reference" | "decisions"> & { readonly timeline: readonly object[] } =
    {
      id: ID,
      reference: "AR-2026-1",
      decisions: [],
      timeline,
    };
  return view as RequestView;
}

function grant(openings: readonly object[]): GrantDetail {
  const jobs = [{ transaction_id: "t1", job_id: "88-1402", status: "settled" }];
  const shown: object = { request_id: ID, reference: "GR-2026-1", jobs, openings, copies: [], exports: [] };
  return shown as GrantDetail;
}

const opening = (level: string, outcome: string, second: number) => ({
  ...{ at: at(second), by, transaction_id: "t1", fields: ["amount"], level, outcome },
  entry_id: `entry-${second}`,
});

describe("the timeline of a case", () => {
  it("gives each event the nearest entry of its action, and no entry to two events", () => {
    const events = [event("comment", 0), event("comment", 5), event("submit", 6)];
    const entries = [
      entry("request.comment", 0, 10),
      entry("request.comment", 5, 11),
      entry("request.submit", 6, 12),
    ];
    const shown = timelineOf({ requests: [request(events)], grants: [], holds: [], evidence: [], entries });
    expect(shown.map(({ kind, entry: found }) => [kind, found?.seq])).toEqual([
      ["submit", 12],
      ["comment", 11],
      ["comment", 10],
    ]);
  });

  it("leaves the entry out where none is near, of the action and about the request", () => {
    const entries = [
      entry("request.comment", 40, 1),
      entry("request.submit", 0, 2),
      entry("request.comment", 0, 3, { about: "018f0000-0000-7000-8000-000000000002" }),
    ];
    const shown = timelineOf({
      requests: [request([event("comment", 0)])],
      grants: [],
      holds: [],
      evidence: [],
      entries,
    });
    expect(shown[0]).not.toHaveProperty("entry");
  });

  it("says masked for a masked opening and failed for one that failed, and leaves out a bare intent", () => {
    const openings = [
      opening("full", "done", 1),
      opening("masked", "done", 2),
      opening("full", "failed", 3),
      opening("full", "intent", 4),
    ];
    const entries = [entry("disclosure.open", 1, 1), entry("disclosure.open", 2, 2)];
    const shown = timelineOf({ requests: [], grants: [grant(openings)], holds: [], evidence: [], entries });
    expect(shown.map(({ kind, job_id, entry: found }) => [kind, job_id, found?.seq])).toEqual([
      ["open_failed", "88-1402", undefined],
      ["saw_masked", "88-1402", 2],
      ["open", "88-1402", 1],
    ]);
  });

  it("leaves out the steps that the portal makes within one act", () => {
    const shown = timelineOf({
      requests: [request([event("check", 0), event("checked", 1)])],
      grants: [],
      holds: [],
      evidence: [],
      entries: [],
    });
    expect(shown).toEqual([]);
  });
});

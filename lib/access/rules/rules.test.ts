import { describe, expect, it } from "vitest";
import { intersect, narrow, type Remaining } from "@/lib/access/decisions/narrowing";
import { requireRetypedFacts } from "@/lib/access/decisions/retyped-facts";
import { documentType } from "@/lib/access/documents/document-type";
import { NewRequest, RequestState } from "@/lib/access/requests/schema";
import { decideAction } from "@/lib/access/rules/action-rules";
import { askingFacts } from "@/lib/access/rules/purposes";
import { isTransition, TRANSITIONS } from "@/lib/access/rules/transitions";
import { endOf, grantWindow, latestEnd, startOf } from "@/lib/access/rules/validity";
import { utf8 } from "@/lib/crypto/bytes";
import { DomainError } from "@/lib/errors";
import { etagOf, versionOf } from "@/lib/etag";
import { fixedPolicies } from "@/lib/testing/benches/bench-policies";
import { JPEG, P7M, pngWith, TIFF } from "@/lib/testing/benches/documents";
import type { Duty, Role } from "@/lib/vocabulary";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
  return "fine";
}

describe("actions", () => {
  const who = (role: Role, duties: Duty[] = [], userId = "me", organisationId = "mine") => ({
    userId,
    organisationId,
    role,
    duties,
  });
  const filing = { requesterUserId: "asker", requesterOrganisationId: "agency", isSent: true };
  const granted = { ...filing, isReleased: false };
  const asker = who("regulator", [], "asker", "agency");
  const first = (reasons: readonly { code: string }[]) => reasons[0]?.code ?? "allowed";

  it.each([
    [who("client"), "audit", "full", "auth.role"],
    [who("miner"), "audit", "full", "auth.role"],
    [who("admin"), "audit", "full", "auth.role"],
    [who("auditor"), "audit", "full", "allowed"],
    [who("auditor"), "settlement", "full", "access.purpose"],
    [who("regulator"), "compliance", "full", "allowed"],
    [who("regulator"), "reporting", "full", "access.purpose"],
    [who("coordinator"), "dispute", "full", "allowed"],
    [who("coordinator", ["support"]), "dispute", "full", "access.level"],
    [who("coordinator", ["support"]), "dispute", "masked", "allowed"],
    [who("coordinator", ["support"]), "audit", "masked", "access.purpose"],
  ] as const)("filing by %o for %s at %s: %s", (subject, purpose, level, expected) => {
    const cx = { principal: subject, policies: fixedPolicies() };
    expect(first(decideAction(subject, "request.create", askingFacts(cx, { purpose, level })))).toBe(
      expected,
    );
  });

  it.each([
    [asker, "legal", [], "decision.self"],
    [who("regulator", [], "x"), "legal", [], "decision.duty"],
    [who("coordinator", ["approve"]), "legal", [], "decision.duty"],
    [who("coordinator", ["legal"]), "coordinator", [], "decision.duty"],
    [who("coordinator", ["legal"]), "legal", [], "allowed"],
    [who("coordinator", ["approve"]), "coordinator", ["other"], "allowed"],
    [who("coordinator", ["legal"], "me", "agency"), "legal", [], "decision.organisation"],
    [who("coordinator", ["legal", "approve"]), "coordinator", ["me"], "decision.same-person"],
    [who("auditor", ["legal"]), "legal", [], "request-file.not-found"],
  ] as const)("deciding by %o in stage %s after %o: %s", (subject, stage, deciders, expected) => {
    const facts = { ...filing, stage, deciders, isParty: false };
    expect(first(decideAction(subject, "request.decide", facts))).toBe(expected);
  });

  it("a party to the transactions cannot decide on any request for them", () => {
    const facts = { ...filing, stage: "legal", deciders: [], isParty: true } as const;
    expect(first(decideAction(who("coordinator", ["legal"]), "request.decide", facts))).toBe(
      "decision.party",
    );
  });

  it("only its author knows of a request that was never submitted", () => {
    const unsent = { ...filing, isSent: false };
    const legal = who("coordinator", ["legal", "approve", "compliance"]);
    for (const action of ["request.read", "request.change", "request.comment", "request.review"] as const) {
      expect(first(decideAction(legal, action, unsent))).toBe("request-file.not-found");
    }
    expect(first(decideAction(legal, "identity.check", unsent))).toBe("request-file.not-found");
    const facts = { ...unsent, stage: "legal", deciders: [], isParty: false } as const;
    expect(first(decideAction(legal, "request.decide", facts))).toBe("request-file.not-found");
    expect(first(decideAction(asker, "request.read", unsent))).toBe("allowed");
  });

  it("reading, changing and revoking reveal nothing to people who may not know of the request", () => {
    const stranger = who("regulator", [], "x", "y");
    expect(first(decideAction(stranger, "request.read", filing))).toBe("request-file.not-found");
    expect(first(decideAction(stranger, "request.change", filing))).toBe("request-file.not-found");
    expect(first(decideAction(stranger, "grant.revoke", granted))).toBe("grant.not-found");
    expect(first(decideAction(asker, "request.change", filing))).toBe("allowed");
    expect(first(decideAction(asker, "grant.revoke", granted))).toBe("allowed");
    for (const duties of [[], ["support"], ["privacy"], ["admin"], ["recovery"]] as Duty[][]) {
      const staff = who("coordinator", duties);
      expect(first(decideAction(staff, "request.read", filing))).toBe("request-file.not-found");
      expect(first(decideAction(staff, "request.comment", filing))).toBe("request-file.not-found");
      expect(first(decideAction(staff, "grant.read", filing))).toBe("grant.not-found");
      expect(first(decideAction(staff, "grant.revoke", granted))).toBe("grant.not-found");
    }
    for (const duty of ["legal", "approve", "compliance"] as const) {
      expect(first(decideAction(who("coordinator", [duty]), "request.read", filing))).toBe("allowed");
      expect(first(decideAction(who("coordinator", [duty]), "request.change", filing))).toBe(
        "access.forbidden",
      );
    }
    expect(first(decideAction(who("coordinator", ["approve"]), "grant.revoke", granted))).toBe("allowed");
    expect(first(decideAction(who("coordinator", ["approve"]), "grant.open", filing))).toBe(
      "access.no-grant",
    );
  });

  it.each([
    [asker, "decision.self"],
    [who("coordinator", ["legal", "approve", "compliance"]), "decision.duty"],
    [who("coordinator", ["break-glass"]), "decision.duty"],
    [who("coordinator", ["executive"]), "allowed"],
    [who("coordinator", ["executive"], "me", "agency"), "decision.organisation"],
    [who("regulator", ["executive"]), "request-file.not-found"],
  ] as const)("releasing by %o: %s", (subject, expected) => {
    const escalated = { ...filing, escalatedTo: "executive" as const, isParty: false };
    expect(first(decideAction(subject, "request.release", escalated))).toBe(expected);
  });

  it("a party cannot release its own records, and a request that was never submitted cannot be released", () => {
    const executive = who("coordinator", ["executive"]);
    const escalated = { ...filing, escalatedTo: "executive" as const };
    expect(first(decideAction(executive, "request.release", { ...escalated, isParty: true }))).toBe(
      "decision.party",
    );
    expect(first(decideAction(executive, "request.release", { ...filing, isParty: false }))).toBe(
      "request-file.not-found",
    );
    expect(
      first(decideAction(executive, "request.release", { ...filing, isSent: false, isParty: false })),
    ).toBe("request-file.not-found");
  });

  it("only executives or its holder end an executive release; stage deciders cannot", () => {
    const released = { ...filing, isReleased: true };
    for (const subject of [asker, who("coordinator", ["executive"])]) {
      expect(first(decideAction(subject, "grant.end-release", released))).toBe("allowed");
      expect(first(decideAction(subject, "grant.revoke", released))).toBe("access.forbidden");
    }
    for (const duty of ["legal", "approve", "compliance"] as const) {
      expect(first(decideAction(who("coordinator", [duty]), "grant.revoke", released))).toBe(
        "access.forbidden",
      );
      expect(first(decideAction(who("coordinator", [duty]), "grant.end-release", released))).toBe(
        "decision.duty",
      );
    }
    const stranger = who("regulator", [], "x", "y");
    expect(first(decideAction(stranger, "grant.end-release", released))).toBe("grant.not-found");
    expect(first(decideAction(stranger, "grant.revoke", released))).toBe("grant.not-found");
  });
});

describe("transitions", () => {
  it("10,000 random walks reach no state outside the table and never leave an end", () => {
    const events = [...new Set(TRANSITIONS.map(([, , event]) => event))];
    const ends = new Set(["closed", "withdrawn", "expired_unreviewed"]);
    let state: RequestState = "draft";
    for (let step = 0; step < 10_000; step++) {
      const to = RequestState.options[(step * 7919) % RequestState.options.length] ?? "draft";
      const event = events[(step * 104729) % events.length] ?? "submit";
      const isAllowed = isTransition(state, to, event);
      if (isAllowed) expect(TRANSITIONS).toContainEqual([state, to, event]);
      if (ends.has(state)) expect(isAllowed).toBe(false);
      state = isAllowed ? to : step % 50 === 0 ? "draft" : state;
    }
  });

  it("a request becomes approved only from stage 2 or by a release of an overdue request, and active only from approved or partial", () => {
    const into = (state: string) => TRANSITIONS.filter(([, to]) => to === state).map(([from]) => from);
    expect(into("approved").sort()).toEqual(["overdue", "stage_2"]);
    expect(TRANSITIONS.filter(([from, to]) => from === "overdue" && to === "approved")).toEqual([
      ["overdue", "approved", "release"],
    ]);
    expect(into("active").sort()).toEqual(["approved", "partial"]);
  });
});

describe("time", () => {
  it("a date begins at midnight UTC and ends with its day", () => {
    expect(startOf("2026-03-01").toISOString()).toBe("2026-03-01T00:00:00.000Z");
    expect(endOf("2026-03-01").toISOString()).toBe("2026-03-02T00:00:00.000Z");
    expect(endOf("2026-03-01T12:00:00.900+02:00").toISOString()).toBe("2026-03-01T10:00:00.000Z");
  });

  it("a grant ends by the earliest of the request's, the order's and the decider's end; by default after 30 days", () => {
    const at = new Date("2026-01-01T00:00:00.500Z");
    const day = (n: number) => new Date(Date.UTC(2026, 0, n));
    expect(latestEnd({ at, asked: {} })).toEqual(day(31));
    const authorization = { validFrom: day(3), validUntil: day(20) };
    expect(grantWindow({ at, asked: {}, authorization })).toEqual({ from: day(3), until: day(20) });
    const asked = { from: day(5), until: day(40) };
    expect(grantWindow({ at, asked, authorization, until: day(10) })).toEqual({
      from: day(5),
      until: day(10),
    });
    expect(grantWindow({ at, asked: { until: day(40) } }).until).toEqual(day(40));
  });
});

describe("narrowing", () => {
  const all: Remaining = {
    transactions: ["a", "b"],
    groups: ["amount", "pricing"],
    notBefore: new Date("2026-01-01T00:00:00Z"),
    notAfter: new Date("2026-02-01T00:00:00Z"),
    maxViews: 20,
    maxExports: 5,
  };
  const AT = all.notBefore;

  it("a narrowing removes and never adds", () => {
    expect(narrow(all, {}, AT)).toEqual(all);
    expect(narrow(all, { transactions: ["b"], groups: ["amount"] }, AT)).toMatchObject({
      transactions: ["b"],
      groups: ["amount"],
    });
    for (const wider of [
      { transactions: ["a", "c"] },
      { groups: ["parties" as const] },
      { until: new Date("2026-02-01T00:00:01Z") },
      { maxViews: 21 },
      { maxExports: 6 },
    ]) {
      expect(codeOf(() => narrow(all, wider, AT))).toBe("decision.not-narrower");
    }
    expect(codeOf(() => narrow(all, { until: all.notBefore }, AT))).toBe("decision.not-narrower");
  });

  it("several decisions give their intersection, the earliest end and the smallest budget", () => {
    const scope = {
      transactions: ["b", "a"],
      groups: ["pricing" as const],
      not_before: "2026-01-02T00:00:00Z",
      not_after: "2026-01-20T00:00:00Z",
      max_views: 30,
    };
    const other = { ...scope, transactions: ["b"], not_after: "2026-01-10T00:00:00Z", max_views: 3 };
    expect(intersect(all, [scope, other])).toEqual({
      transactions: ["b"],
      groups: ["pricing"],
      notBefore: new Date("2026-01-02T00:00:00Z"),
      notAfter: new Date("2026-01-10T00:00:00Z"),
      maxViews: 3,
      maxExports: 5,
    });
  });
});

describe("retyped facts", () => {
  const order = {
    issuer: "Cour d’appel de Besançon",
    caseNumber: "12/3",
    validFrom: startOf("2026-01-01"),
    validUntil: endOf("2026-01-31"),
  };
  const typed = {
    issuer: "  Cour d’appel  de Besanc\u0327on",
    case_number: "12/3",
    valid_from: "2026-01-01T01:00:00+01:00",
    valid_until: "2026-01-31",
  };

  it("facts match if they differ only in blanks, composition and zone", () => {
    expect(codeOf(() => requireRetypedFacts(order, typed))).toBe("fine");
  });

  it.each([
    { issuer: "cour d’appel de Besançon" },
    { case_number: "12/4" },
    { valid_from: "2026-01-02" },
    { valid_until: "2026-01-31T00:00:00Z" },
  ])("different facts are refused: %o", (wrong) => {
    expect(codeOf(() => requireRetypedFacts(order, { ...typed, ...wrong }))).toBe("decision.facts-mismatch");
  });
});

describe("documents", () => {
  const pdf = utf8("%PDF-1.7\n…\nstartxref\n9\n%%EOF\n");
  const png = pngWith();
  const oid = P7M.subarray(2);
  it.each([
    ["order.pdf", "application/pdf", pdf, "fine"],
    ["ORDER.PDF", "application/pdf", pdf, "fine"],
    ["scan.png", "image/png", png, "fine"],
    ["scan.jpeg", "image/jpeg", JPEG, "fine"],
    ["scan.tif", "image/tiff", TIFF, "fine"],
    ["order.p7m", "application/pkcs7-mime", P7M, "fine"],
    ["order.png", "application/pdf", pdf, "document.type"],
    ["order.pdf", "image/png", pdf, "document.type"],
    ["order.pdf", "application/pdf", png, "document.type"],
    ["order", "application/pdf", pdf, "document.type"],
    ["order.pdf", "application/pdf", utf8("<html>"), "document.type"],
    ["order.pdf", "application/pdf", utf8(" %PDF-1.7 %%EOF"), "document.type"],
    ["order.pdf", "application/pdf", pdf.slice(0, 9), "document.truncated"],
    ["order.pdf", "application/pdf", utf8("%PDF-1.7\n%%EOF\n"), "document.truncated"],
    ["order.pdf", "application/pdf", utf8("%PDF-x\nstartxref\n9\n%%EOF\n"), "document.type"],
    ["order.pdf", "application/pdf", Uint8Array.of(...pdf, ...utf8("PK\u0003\u0004")), "document.truncated"],
    ["order.pdf", "application/pdf", Uint8Array.of(...pdf, ...utf8("<script>")), "document.truncated"],
    ["order.pdf", "application/pdf", Uint8Array.of(...pdf, 0x0d, 0x0a, 0x20), "fine"],
    ["scan.png", "image/png", png.subarray(0, 12), "document.truncated"],
    ["scan.jpg", "image/jpeg", JPEG.subarray(0, 6), "document.truncated"],
    [
      "order.p7m",
      "application/pkcs7-mime",
      Uint8Array.of(0x30, oid.length + 1, ...oid),
      "document.truncated",
    ],
    ["order.pdf", "application/pdf", new Uint8Array(0), "document.truncated"],
    ["order.pdf", "application/pdf", new Uint8Array(20 * 1_048_576 + 1), "document.too-large"],
  ] as const)("%s as %s", (filename, mediaType, bytes, expected) => {
    expect(codeOf(() => documentType({ filename, mediaType, bytes }))).toBe(expected);
  });
});

describe("bodies", () => {
  const base = { purpose: "audit", justification: "x", fields: ["amount"] };
  const id = "0198c0de-0000-7000-8000-000000000001";
  it("a body names transactions or a query and not both, no group twice, no unknown member, no reference yet", () => {
    const isGood = (more: object) => NewRequest.safeParse({ ...base, ...more }).success;
    expect(isGood({ transactions: [id] })).toBe(true);
    expect(isGood({ query: { job_id: "job-1" } })).toBe(true);
    expect(isGood({})).toBe(false);
    expect(isGood({ transactions: [id], query: { job_id: "job-1" } })).toBe(false);
    expect(isGood({ query: {} })).toBe(false);
    expect(isGood({ query: { reference: "x" } })).toBe(false);
    expect(isGood({ transactions: [id], fields: ["amount", "amount"] })).toBe(false);
    expect(isGood({ transactions: [id], extra: 1 })).toBe(false);
    expect(isGood({ transactions: [id], justification: "a\u0000b" })).toBe(false);
    expect(NewRequest.parse({ ...base, transactions: [id.toUpperCase()] })).toMatchObject({
      transactions: [id],
      level: "full",
      max_views: 20,
    });
  });

  it("entity tags are versions", () => {
    expect(versionOf(etagOf(7))).toBe(7);
    expect(versionOf(undefined)).toBeUndefined();
    expect(versionOf("*")).toBeUndefined();
    expect(codeOf(() => versionOf('W/"7"'))).toBe("request.invalid");
  });
});

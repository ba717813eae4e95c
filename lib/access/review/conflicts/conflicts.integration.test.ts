import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { reviewBreakGlass } from "@/lib/access/break-glass/review-break-glass";
import { NewBreakGlass, NewReview } from "@/lib/access/break-glass/schema";
import { useBreakGlass } from "@/lib/access/break-glass/use-break-glass";
import { extendRequest } from "@/lib/access/deadlines/extend-request";
import { keepRequests } from "@/lib/access/deadlines/keep-requests";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { getRelease } from "@/lib/access/executive-release/get-release";
import { proposeRelease } from "@/lib/access/executive-release/propose-release";
import { NewReleaseSignature } from "@/lib/access/executive-release/schema";
import { signRelease } from "@/lib/access/executive-release/sign-release";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { listRequests } from "@/lib/access/requests/list-requests";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { reviewRequest } from "@/lib/access/review/review-request";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  CONFIRMS,
  createRequestBench,
  draftRequest,
  ensureChecked,
  FACTS,
  IDENTITY,
  ORDER_FILE,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";

let bench: RequestBench;
beforeAll(async () => {
  const executive = { role: "coordinator", duties: ["executive"] } as const;
  bench = await createRequestBench([
    { role: "regulator", isOfRegulator: true },
    executive,
    executive,
    { role: "coordinator", duties: ["break-glass"] },
  ]);
});
afterAll(() => bench.close());

describe("one human with two accounts", () => {
  let chair: RequestPerson;
  let officer: RequestPerson;
  let holder: RequestPerson;

  beforeAll(async () => {
    const [, a, b, c] = bench.more;
    if (a === undefined || b === undefined || c === undefined) throw new Error("three people expected");
    [chair, officer, holder] = [a, b, c];
  });

  const emailOf = (who: RequestPerson) => `${who.principal.handle}@test.example`;
  /** As an upgrade may have left it: without the check that one mailbox has one account. */
  async function give(who: RequestPerson, email: string): Promise<void> {
    await queryOwner(bench, "ALTER TABLE app_user DISABLE TRIGGER USER");
    await queryOwner(bench, "UPDATE app_user SET email = $2 WHERE id = $1", [who.principal.userId, email]);
    await queryOwner(bench, "ALTER TABLE app_user ENABLE TRIGGER USER");
  }
  const isOneWith = (who: RequestPerson, other: RequestPerson) =>
    give(who, emailOf(other).replace("@", "+two@"));
  afterEach(async () => {
    for (const who of [bench.approver, officer, bench.legal]) await give(who, emailOf(who));
  });

  it("one human with two accounts decides one stage and not the other", async () => {
    const id = await submittedRequest(bench);
    await ensureChecked(bench, id);
    await decideRequest(bench.legal, id, approvalOf("legal"));
    await isOneWith(bench.approver, bench.legal);
    const { code, extra } = await refusalOf(decideRequest(bench.approver, id, approvalOf("coordinator")));
    expect([code, extra.reason]).toEqual(["decision.same-person", "floor.same-person"]);
    expect((await decideRequest(bench.second, id, approvalOf("coordinator"))).state).toBe("active");
  });

  it("one human with two accounts gives one signature of a release", async () => {
    const id = await submittedRequest(bench);
    for (const days of [14.1, 17.3]) {
      const ms = Date.now() + days * 86_400_000;
      const clock = { ...bench.cx.clock, now: () => new Date(ms), nowMs: () => ms };
      await keepRequests({ ...bench.cx, clock, logger: bench.legal.logger, system: "portal" });
    }
    const { release } = await proposeRelease(chair, id, {
      reason: "No answer for seventeen days.",
    });
    const word = NewReleaseSignature.parse({ comment: "As the order says", confirms: CONFIRMS });
    await signRelease(chair, id, release?.id ?? "", word);
    await isOneWith(officer, chair);
    expect((await getRelease(officer, id)).acts).toEqual([]);
    expect((await refusalOf(signRelease(officer, id, release?.id ?? "", word))).code).toBe(
      "decision.same-person",
    );
  });

  it("one human with two accounts cannot review their own use of break-glass", async () => {
    const asked = {
      transactions: [bench.txId],
      fields: ["amount"],
      reason: "Settlement stands still, unknown party.",
    };
    const { id } = await useBreakGlass(holder, NewBreakGlass.parse(asked));
    await revokeGrant(holder, id, "over");
    await isOneWith(bench.legal, holder);
    const review = NewReview.parse({ outcome: "justified", comment: "The file shows the standstill." });
    expect((await refusalOf(reviewBreakGlass(bench.legal, id, review))).code).toBe("decision.self");
  });
});

describe("disguises", () => {
  let id: string;
  beforeAll(async () => {
    const [coViewer] = bench.more;
    id = await submittedRequest(bench, { coViewers: [coViewer?.principal.handle ?? ""] });
    await ensureChecked(bench, id);
  });

  const TABLES = ["membership", "app_user", "credential", "participant"];
  const owner = (text: string, values: readonly unknown[] = []) => queryOwner(bench, text, values);
  /** Runs as the database owner, without triggers. */
  const past = async (text: string, values: readonly unknown[]) => {
    for (const table of TABLES) await owner(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    await owner(text, values);
    for (const table of TABLES) await owner(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  };
  const join = (who: RequestPerson, organisationId: string) =>
    past("INSERT INTO membership (user_id, organisation_id, tenant_id) VALUES ($1, $2, $3)", [
      who.principal.userId,
      organisationId,
      bench.place.tenantId,
    ]);
  const rename = (who: RequestPerson, email: string) =>
    past("UPDATE app_user SET email = $2 WHERE id = $1", [who.principal.userId, email]);
  const emailOf = (who: RequestPerson) => `${who.principal.handle}@test.example`;
  const giveKey = (who: RequestPerson, key: Uint8Array, isRevoked = false) =>
    past(
      `INSERT INTO credential (id, tenant_id, user_id, kind, external_id, public_key, revoked_at)
     VALUES ($1::uuid, $2, $3, 'passkey', $1::uuid::text, $4, CASE WHEN $5 THEN now() END)`,
      [uuidv7(Date.now()), bench.place.tenantId, who.principal.userId, Buffer.from(key), isRevoked],
    );

  afterEach(async () => {
    await past(
      "DELETE FROM membership m USING app_user u WHERE u.id = m.user_id AND u.organisation_id <> m.organisation_id",
      [],
    );
    await past("DELETE FROM credential WHERE kind = 'passkey'", []);
    for (const who of [bench.legal, bench.approver]) await rename(who, emailOf(who));
  });

  const isQueued = async () =>
    (await listRequests(bench.legal, { limit: 50, view: "waiting" })).items.some((one) => one.id === id);

  /**
   * Checks that every act of a decider on the request is refused for this reason, and that the queue does not offer it.
   */
  async function expectTied(reason: string): Promise<void> {
    const { legal } = bench;
    for (const act of [
      () => decideRequest(legal, id, approvalOf("legal")),
      () => checkIdentity(legal, id, IDENTITY),
      () => reviewRequest(legal, id),
      () => extendRequest(legal, id, { reason: "More time." }),
    ]) {
      const { code, extra } = await refusalOf(act());
      expect(extra.reason).toBe(reason);
      expect(code).toBe(reason === "floor.organisation" ? "decision.organisation" : "decision.self");
    }
    expect(await isQueued()).toBe(false);
  }

  describe("self-approval in disguise", () => {
    it("a decider without a relation to the requester can decide", async () => {
      expect(await isQueued()).toBe(true);
      expect((await reviewRequest(bench.legal, id)).may_decide).toBe(true);
    });

    it("a member of the requester's organisation cannot decide", async () => {
      await join(bench.legal, bench.regulator.principal.organisationId);
      await expectTied("floor.organisation");
    });

    it("a decider whose organisation has the requester as a member cannot decide", async () => {
      await join(bench.regulator, bench.legal.principal.organisationId);
      await expectTied("floor.organisation");
    });

    it("a person who shares a third organisation with the requester or a co-viewer cannot decide", async () => {
      const third = bench.auditor.principal.organisationId;
      await join(bench.legal, third);
      expect(await isQueued()).toBe(true);
      const [coViewer] = bench.more;
      if (coViewer === undefined) throw new Error("a co-viewer expected");
      await join(coViewer, third);
      await expectTied("floor.organisation");
    });

    it("a person with the requester's mailbox in another spelling cannot decide", async () => {
      await rename(bench.legal, emailOf(bench.regulator).replace("@", "+legal@").toUpperCase());
      await expectTied("floor.second-account");
    });

    it("a person who holds or held the requester's or a co-viewer's passkey cannot decide", async () => {
      const key = randomBytes(77);
      await giveKey(bench.regulator, key, true);
      await giveKey(bench.legal, key);
      await expectTied("floor.second-account");
      await past("DELETE FROM credential WHERE kind = 'passkey'", []);
      const [coViewer] = bench.more;
      await giveKey(coViewer ?? bench.regulator, key);
      await giveKey(bench.legal, key, true);
      await expectTied("floor.second-account");
    });

    it("a member of a party's organisation cannot decide", async () => {
      const { rows } = await owner(
        `SELECT p.organisation_id FROM transaction_participant t JOIN participant p ON p.id = t.participant_id
       WHERE t.transaction_id = $1 LIMIT 1`,
        [bench.txId],
      );
      await join(bench.legal, rows[0].organisation_id);
      const { code, extra } = await refusalOf(decideRequest(bench.legal, id, approvalOf("legal")));
      expect([code, extra.reason]).toEqual(["decision.party", "floor.party"]);
      expect(await isQueued()).toBe(false);
    });
  });

  it("a request that only related people could decide cannot be submitted", async () => {
    const draft = await draftRequest(bench);
    await attachAuthorization(bench.regulator, draft, FACTS, ORDER_FILE);
    const { organisationId } = bench.regulator.principal;
    for (const who of [bench.legal, bench.both, bench.colleague]) await join(who, organisationId);
    expect((await refusalOf(submitRequest(bench.regulator, draft))).code).toBe("request.no-decider");
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { getBreakGlass, listBreakGlass } from "@/lib/access/break-glass/list-break-glass";
import { reviewBreakGlass } from "@/lib/access/break-glass/review-break-glass";
import { NewBreakGlass, NewBreakGlassStatement, NewReview } from "@/lib/access/break-glass/schema";
import { prepareBreakGlass, useBreakGlass } from "@/lib/access/break-glass/use-break-glass";
import { finishPendingGrants } from "@/lib/access/grants/finish-pending";
import { getGrant } from "@/lib/access/grants/get-grant";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { fixedClock } from "@/lib/clock";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { getHome } from "@/lib/home/get-home";
import { listNotifications } from "@/lib/notify/list-notifications";
import { NotificationQuery } from "@/lib/notify/schema";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  createRequestBench,
  newTransaction,
  queryOwner,
  type RequestBench,
  type RequestPerson,
} from "@/lib/testing/benches/request-bench";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench([
    { role: "coordinator", duties: ["break-glass"] },
    { role: "coordinator", duties: ["break-glass", "legal"] },
    { role: "coordinator", duties: ["executive"] },
    { role: "coordinator", duties: ["break-glass"] },
    { role: "coordinator", duties: ["break-glass"] },
  ]);
});
afterAll(() => bench.close());

let holder: RequestPerson;
let keeper: RequestPerson;
let executive: RequestPerson;
const REASON = "Settlement stands still and the counterparty is unknown.";
const DAY_MS = 86_400_000;

beforeAll(async () => {
  const [a, b, c] = bench.more;
  if (a === undefined || b === undefined || c === undefined) throw new Error("three people expected");
  [holder, keeper, executive] = [a, b, c];
});

const asked = (more: object = {}) =>
  NewBreakGlass.parse({ transactions: [bench.txId], fields: ["amount", "pricing"], reason: REASON, ...more });
const review = (more: object = {}) =>
  NewReview.parse({ outcome: "justified", comment: "The file shows the standstill.", ...more });

/** Ends and reviews every use that a test has left, so that holders are free again. */
async function settle(who: RequestPerson): Promise<void> {
  const { items } = await listBreakGlass(who, { limit: 50 });
  for (const one of items.filter(({ holder: by }) => by.handle === who.principal.handle)) {
    if (one.state === "running") await revokeGrant(who, one.id, "over");
    if (["running", "review_due"].includes(one.state)) await reviewBreakGlass(bench.legal, one.id, review());
  }
}
afterEach(async () => {
  await settle(holder);
  await settle(keeper);
});

const open = (id: string, more: object = {}) =>
  openTransaction(holder, bench.txId, { purpose: "support", grant_id: id, ...more });

describe("two holders of break-glass", () => {
  /** ADR 0037: one human, one account; ADR 0028: three records, and a review before the next use. */
  it("one human with two accounts cannot use break-glass again before the first use was reviewed", async () => {
    const [, , , one, two] = bench.more;
    if (one === undefined || two === undefined) throw new Error("two holders expected");
    await queryOwner(bench, "ALTER TABLE app_user DISABLE TRIGGER USER");
    await queryOwner(bench, "UPDATE app_user SET email = $2 WHERE id = $1", [
      two.principal.userId,
      `${one.principal.handle}+two@test.example`,
    ]);
    await queryOwner(bench, "ALTER TABLE app_user ENABLE TRIGGER USER");
    const use = (who: RequestPerson, transaction: string) =>
      useBreakGlass(
        who,
        NewBreakGlass.parse({
          transactions: [transaction],
          fields: ["amount"],
          reason: "Settlement stands still, unknown party.",
        }),
      );
    await use(one, bench.txId);
    expect(await outcomeOf(use(two, bench.otherTxId))).toBe("access.forbidden");
  });
});

describe("break-glass", () => {
  it("a use shows masked values to its holder at once, with notice and count, and nothing else", async () => {
    const used = await useBreakGlass(holder, asked());
    expect(used).toMatchObject({ state: "running", views_used: 0, acts: ["open", "end"] });
    expect(Date.parse(used.not_after) - Date.parse(used.began_at)).toBeLessThanOrEqual(3_600_000);
    const opened = await open(used.id);
    expect(opened.masked).toEqual(["amount", "pricing"]);
    expect(JSON.stringify(opened)).not.toContain('"1000"');
    expect(await outcomeOf(open(used.id, { purpose: "audit" }))).toBe("access.purpose");
    expect(await outcomeOf(open(used.id, { fields: ["narrative"] }))).toBe("access.groups");
    const other = openTransaction(holder, bench.otherTxId, { purpose: "support", grant_id: used.id });
    expect(await outcomeOf(other)).toBe("access.no-grant");
    const foreign = openTransaction(bench.legal, bench.txId, { purpose: "support", grant_id: used.id });
    expect(await outcomeOf(foreign)).toBe("access.no-grant");
    const { items } = await listBreakGlass(bench.approver, { limit: 10 });
    expect(items[0]).toMatchObject({ id: used.id, reason: REASON, views_used: 1, acts: ["end"] });
    expect((await getGrant(bench.approver, used.id)).reference).toMatch(/^BG-/);
    // An executive reviews it, and sees no act to end it, which would be refused.
    expect((await listBreakGlass(executive, { limit: 10 })).items[0]).toMatchObject({
      id: used.id,
      acts: [],
    });
    expect(await outcomeOf(revokeGrant(executive, used.id, "x"))).toBe("grant.not-found");
  });

  it("reviewers and executives are notified of a use and read it, and executives cannot end it", async () => {
    const used = await useBreakGlass(holder, asked());
    while ((await sendNotifications({ ...bench.cx, hasMail: false })) > 0);
    const shown = async (who: RequestPerson) => {
      const { items } = await listNotifications(who, NotificationQuery.parse({ limit: "500", view: "all" }));
      return items.filter(({ subject }) => subject === used.id).map(({ state }) => state);
    };
    for (const who of [executive, bench.legal, bench.approver]) expect(await shown(who)).toEqual(["active"]);
    for (const who of [bench.auditor, bench.regulator, bench.support]) expect(await shown(who)).toEqual([]);
    const read = await getGrant(executive, used.id);
    expect([read.state, read.acts]).toEqual(["active", []]);
    expect(await outcomeOf(revokeGrant(executive, used.id, "x"))).toBe("grant.not-found");
    expect(await outcomeOf(getGrant(bench.auditor, used.id))).toBe("grant.not-found");
  });

  it("a holder is blocked, here and at the custodian, until another person has reviewed the use", async () => {
    const used = await useBreakGlass(holder, asked());
    const { code, extra } = await refusalOf(useBreakGlass(holder, asked()));
    expect([code, extra.reason]).toEqual(["access.forbidden", "floor.review-due"]);
    await revokeGrant(holder, used.id, "seen what was needed");
    expect(await outcomeOf(useBreakGlass(holder, asked()))).toBe("access.forbidden");
    const reviewed = await reviewBreakGlass(executive, used.id, review());
    expect(reviewed).toMatchObject({ state: "reviewed", review: { outcome: "justified", late: false } });
    expect((await useBreakGlass(holder, asked())).state).toBe("running");
  });

  it("a holder stays blocked when the portal's tables lose the use: the custodian refuses and no grant stays in force", async () => {
    const used = await useBreakGlass(holder, asked());
    // The database owner deletes the receipt, so that no use seems to have been given.
    await queryOwner(bench, "ALTER TABLE access_grant DISABLE TRIGGER USER");
    await queryOwner(
      bench,
      "UPDATE access_grant SET custodian_receipt = NULL, state = 'revoked' WHERE id = $1",
      [used.id],
    );
    const { code, extra } = await refusalOf(useBreakGlass(holder, asked()));
    expect([code, extra.reason]).toEqual(["custodian.refused", "review-due"]);
    const [newest] = (await listBreakGlass(holder, { limit: 1 })).items;
    expect(newest?.state).toBe("refused");
    const { rows } = await queryOwner(bench, "SELECT state FROM job WHERE subject = $1", [newest?.id]);
    expect(rows).toEqual([{ state: "done" }]);
    await queryOwner(
      bench,
      "UPDATE access_grant SET custodian_receipt = 'as before', state = 'active' WHERE id = $1",
      [used.id],
    );
    await queryOwner(bench, "ALTER TABLE access_grant ENABLE TRIGGER USER");
  });

  it("of two uses at once exactly one is accepted", async () => {
    const outcomes = await Promise.all([1, 2].map(() => outcomeOf(useBreakGlass(keeper, asked()))));
    expect(outcomes.filter((one) => one === "done")).toHaveLength(1);
  });

  it("a person without the duty is refused for every id alike, and so are more than three records or fewer than twenty characters", async () => {
    for (const transactions of [[bench.txId], [uuidv7(1)]]) {
      for (const who of [bench.legal, bench.approver, bench.support, executive]) {
        expect(await outcomeOf(useBreakGlass(who, asked({ transactions })))).toBe("access.forbidden");
        expect(await outcomeOf(prepareBreakGlass(who, asked({ transactions })))).toBe("access.forbidden");
      }
    }
    expect(await outcomeOf(useBreakGlass(holder, asked({ transactions: [uuidv7(1)] })))).toBe(
      "transaction.not-found",
    );
    const tooMany = { transactions: [1, 2, 3, 4].map((n) => uuidv7(n)) };
    expect(NewBreakGlass.safeParse({ ...asked(), ...tooMany }).success).toBe(false);
    expect(NewBreakGlass.safeParse({ ...asked(), reason: `${" ".repeat(30)}urgent` }).success).toBe(false);
    expect(NewBreakGlass.safeParse({ ...asked(), reason: "x".repeat(19) }).success).toBe(false);
  });

  it("a holder of a party's organisation is refused", async () => {
    const client = await bench.person({ role: "client" });
    const own = await newTransaction(client);
    const organisationId = client.principal.organisationId;
    const insider = { ...holder, principal: { ...holder.principal, organisationId } };
    const { code, extra } = await refusalOf(useBreakGlass(insider, asked({ transactions: [own] })));
    expect([code, extra.reason]).toEqual(["access.forbidden", "floor.break-glass-party"]);
  });

  it("a holder with a key can use only the prepared statement, once, with their own signature", async () => {
    const body = NewBreakGlassStatement.parse({
      transactions: [bench.txId],
      fields: ["amount", "pricing"],
      reason: REASON,
    });
    const { statement, nonce } = await prepareBreakGlass(holder, body);
    expect(statement).toMatchObject({ level: "masked", requester: holder.principal.handle });
    const signature = {
      kind: "ed25519" as const,
      key_id: "unknown/1",
      signature: toBase64url(signStatement(randomBytes(32), "break-glass", statement)),
    };
    const signed = { nonce, signature };
    expect(await outcomeOf(useBreakGlass(keeper, asked({ signed })))).toBe("statement.expired");
    const { code, extra } = await refusalOf(useBreakGlass(holder, asked({ signed })));
    expect([code, extra.reason]).toEqual(["custodian.refused", "signature"]);
    expect(await outcomeOf(useBreakGlass(holder, asked({ signed })))).toBe("statement.expired");
    const other = await prepareBreakGlass(holder, body);
    const changed = asked({ fields: ["amount"], signed: { nonce: other.nonce, signature } });
    expect(await outcomeOf(useBreakGlass(holder, changed))).toBe("statement.invalid");
  });
});

describe("a review", () => {
  it("another person with a duty for it reviews a use once, after it is over", async () => {
    const used = await useBreakGlass(holder, asked());
    expect(await outcomeOf(reviewBreakGlass(bench.legal, used.id, review()))).toBe(
      "request.illegal-transition",
    );
    await revokeGrant(bench.approver, used.id, "over");
    expect(await outcomeOf(reviewBreakGlass(holder, used.id, review()))).toBe("decision.self");
    expect(await outcomeOf(reviewBreakGlass(bench.support, used.id, review()))).toBe("grant.not-found");
    expect(await outcomeOf(reviewBreakGlass(bench.regulator, used.id, review()))).toBe("grant.not-found");
    expect(await outcomeOf(reviewBreakGlass(bench.legal, uuidv7(1), review()))).toBe("grant.not-found");
    await reviewBreakGlass(bench.legal, used.id, review());
    expect(await outcomeOf(reviewBreakGlass(executive, used.id, review()))).toBe(
      "request.illegal-transition",
    );
  });

  it("a use whose answer was lost and that was ended can be reviewed, so that its holder is not blocked for ever", async () => {
    const { escrow } = bench;
    const losing: typeof escrow = {
      ...escrow,
      submitGrant: async (submission) => {
        await escrow.submitGrant(submission);
        throw new DomainError("custodian.unavailable");
      },
    };
    const lost = useBreakGlass({ ...holder, escrow: losing }, asked());
    expect(await outcomeOf(lost)).toBe("custodian.unavailable");
    const [pending] = (await listBreakGlass(holder, { limit: 1 })).items;
    expect(pending?.state).toBe("pending");
    await revokeGrant(bench.approver, pending?.id ?? "", "it is unknown whether it was taken");
    const blocked = await refusalOf(useBreakGlass(holder, asked()));
    expect([blocked.code, blocked.extra.reason]).toEqual(["custodian.refused", "review-due"]);
    expect((await reviewBreakGlass(executive, pending?.id ?? "", review())).state).toBe("reviewed");
    const used = await useBreakGlass(holder, asked());
    expect(used.state).toBe("running");
    // The custodian does not know a use that it refused, and answers so.
    const refused = (await listBreakGlass(holder, { limit: 50 })).items.find(
      (one) => one.state === "refused",
    );
    const none = await refusalOf(reviewBreakGlass(executive, refused?.id ?? "", review()));
    expect([none.code, none.extra.reason]).toEqual(["custodian.refused", "unknown-grant"]);
  });

  it("a review waits on the home page of its possible reviewers only, from the end of the use", async () => {
    const used = await useBreakGlass(holder, asked());
    const waits = async (who: RequestPerson) =>
      (await getHome(who)).needs.filter(
        ({ kind, subject }) => kind === "glass_review" && subject.id === used.id,
      ).length;
    expect(await waits(bench.legal)).toBe(0);
    await revokeGrant(holder, used.id, "over");
    for (const who of [bench.legal, bench.approver, executive]) expect(await waits(who)).toBe(1);
    for (const who of [holder, bench.support, bench.regulator]) expect(await waits(who)).toBe(0);
    await reviewBreakGlass(executive, used.id, review());
    expect(await waits(bench.legal)).toBe(0);
  });

  it("a holder whose own use waits cannot review", async () => {
    const used = await useBreakGlass(holder, asked());
    const own = await useBreakGlass(keeper, asked());
    await revokeGrant(holder, used.id, "over");
    await revokeGrant(keeper, own.id, "over");
    expect(await outcomeOf(reviewBreakGlass(keeper, used.id, review()))).toBe("access.forbidden");
    expect(await outcomeOf(reviewBreakGlass(keeper, own.id, review()))).toBe("decision.self");
  });

  it("a person who is neither holder nor decider sees no use", async () => {
    const used = await useBreakGlass(holder, asked());
    const ids = async (who: RequestPerson) =>
      (await listBreakGlass(who, { limit: 50 })).items.map(({ id }) => id);
    expect(await ids(bench.support)).toEqual([]);
    for (const who of [bench.support, bench.regulator])
      expect(await outcomeOf(getBreakGlass(who, used.id))).toBe("grant.not-found");
    expect(await outcomeOf(getBreakGlass(bench.legal, uuidv7(1)))).toBe("grant.not-found");
    expect(await getBreakGlass(holder, used.id)).toMatchObject({ reference: `BG-${used.id.slice(-8)}` });
    expect(await ids(holder)).toContain(used.id);
    expect(await ids(bench.approver)).toContain(used.id);
  });
});

describe("the database", () => {
  it("the database refuses a second use, an own review and a change of what was signed", async () => {
    const used = await useBreakGlass(holder, asked());
    const again = queryOwner(
      bench,
      `INSERT INTO break_glass (id, tenant_id, holder_user_id, reason, statement, signature, proof_kind, nonce, review_by)
       SELECT $1, tenant_id, holder_user_id, reason, jsonb_set(statement, '{nonce}', '"n2"'), signature, proof_kind, 'n2', review_by
       FROM break_glass WHERE id = $2`,
      [uuidv7(Date.now()), used.id],
    );
    await expect(again).rejects.toMatchObject({ code: "SP002" });
    const own = queryOwner(
      bench,
      `INSERT INTO break_glass_review (break_glass_id, tenant_id, reviewer_user_id, outcome, comment, statement, signature, proof_kind, late)
       SELECT id, tenant_id, holder_user_id, 'justified', 'x', jsonb_build_object('reviewer', $2::text), signature, proof_kind, false
       FROM break_glass WHERE id = $1`,
      [used.id, holder.principal.handle],
    );
    await expect(own).rejects.toMatchObject({ code: "SP002" });
    const changed = queryOwner(bench, "UPDATE break_glass SET reason = reason || ' x' WHERE id = $1", [
      used.id,
    ]);
    await expect(changed).rejects.toMatchObject({ code: "SP004" });
    const wider = queryOwner(
      bench,
      "UPDATE access_grant SET break_glass_id = NULL, request_id = NULL WHERE id = $1",
      [used.id],
    );
    await expect(wider).rejects.toMatchObject({ code: "SP002" });
  });
});

describe("while the custodian is away", () => {
  it("a use that has waited for the custodian for an hour does not count", async () => {
    // It goes away between checking the signature and accepting the use.
    const { escrow } = bench;
    const leaving: typeof escrow = {
      ...escrow,
      noteStatement: async (note) => {
        const assurance = await escrow.noteStatement(note);
        await bench.stopCustodian();
        return assurance;
      },
    };
    expect(await outcomeOf(useBreakGlass({ ...holder, escrow: leaving }, asked()))).toBe(
      "custodian.unavailable",
    );
    const [waiting] = (await listBreakGlass(holder, { limit: 1 })).items;
    expect(waiting).toMatchObject({ state: "pending" });
    expect(await outcomeOf(open(waiting?.id ?? ""))).toBe("access.no-grant");
    expect(await outcomeOf(useBreakGlass(holder, asked()))).toBe("access.forbidden");
    expect(await outcomeOf(useBreakGlass(keeper, asked()))).toBe("custodian.unavailable");
    await finishPendingGrants({ ...holder, clock: fixedClock(new Date(Date.now() + DAY_MS)) });
    const [ended] = (await listBreakGlass(holder, { limit: 1 })).items;
    expect(ended).toMatchObject({ id: waiting?.id, state: "refused", acts: [] });
    expect((await listBreakGlass(keeper, { limit: 1 })).items[0]?.state).not.toBe("pending");
  });
});

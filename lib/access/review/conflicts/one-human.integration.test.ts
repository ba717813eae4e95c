import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { reviewBreakGlass } from "@/lib/access/break-glass/review-break-glass";
import { NewBreakGlass, NewReview } from "@/lib/access/break-glass/schema";
import { useBreakGlass } from "@/lib/access/break-glass/use-break-glass";
import { keepRequests } from "@/lib/access/deadlines/keep-requests";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { getRelease } from "@/lib/access/executive-release/get-release";
import { proposeRelease } from "@/lib/access/executive-release/propose-release";
import { ReleaseWord } from "@/lib/access/executive-release/schema";
import { signRelease } from "@/lib/access/executive-release/sign-release";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  CONFIRMS,
  createRequestBench,
  ensureChecked,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";

let bench: RequestBench;
let chair: RequestPerson;
let officer: RequestPerson;
let holder: RequestPerson;

beforeAll(async () => {
  const executive = { role: "coordinator", duties: ["executive"] } as const;
  bench = await createRequestBench([executive, executive, { role: "coordinator", duties: ["break-glass"] }]);
  const [a, b, c] = bench.more;
  if (a === undefined || b === undefined || c === undefined) throw new Error("three people expected");
  [chair, officer, holder] = [a, b, c];
});
afterAll(() => bench?.close());

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
  const { release } = await proposeRelease(chair, id, { reason: "No answer for seventeen days." });
  const word = ReleaseWord.parse({ comment: "As the order says", confirms: CONFIRMS });
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

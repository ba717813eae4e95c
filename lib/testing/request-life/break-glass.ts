import "server-only";
import { reviewBreakGlass } from "@/lib/access/break-glass/review-break-glass";
import { NewBreakGlass, NewReview } from "@/lib/access/break-glass/schema";
import { useBreakGlass } from "@/lib/access/break-glass/use-break-glass";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import type { Act } from "@/lib/testing/request-life/acts";
import type { Actor } from "@/lib/testing/request-life/model";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

// Break-glass during the requests of a sequence, written again by hand from access.md and ADR 0028. It has one holder, whose first use
// blocks the next until another person has reviewed it.

const VIEWS = 12;
const LASTS = 3_600_000;

/** The newest use of a sequence. */
export interface BreakGlass {
  id: string | undefined;
  until: number;
  views: number;
  isEnded: boolean;
  isReviewed: boolean;
}

export const newBreakGlass = (): BreakGlass => ({
  id: undefined,
  until: 0,
  views: 0,
  isEnded: false,
  isReviewed: true,
});

const REVIEWS: readonly Actor[] = ["legal", "both", "approver", "second", "chair", "officer"];
const ENDS: readonly Actor[] = ["holder", "legal", "both", "approver", "second", "head"];

const isRunning = (one: BreakGlass, now: number): boolean =>
  one.id !== undefined && !one.isEnded && now < one.until;

/** Whether an act about break-glass is done; otherwise it is refused. */
export const MAY_BREAK_GLASS: Readonly<Record<string, (one: BreakGlass, by: Actor, now: number) => boolean>> =
  {
    break: (one, by) => by === "holder" && one.isReviewed,
    peek: (one, by, now) => by === "holder" && isRunning(one, now) && one.views < VIEWS,
    shut: (one, by) => ENDS.includes(by) && one.id !== undefined && !one.isEnded,
    review: (one, by, now) =>
      REVIEWS.includes(by) && one.id !== undefined && !one.isReviewed && !isRunning(one, now),
  };

/** What the act does. */
export const DOES_BREAK_GLASS: Readonly<Record<string, (one: BreakGlass, now: number) => void>> = {
  break: (one, now) => {
    const until = Math.floor(now / 1000) * 1000 + LASTS;
    Object.assign(one, { ...newBreakGlass(), id: one.id, until, isReviewed: false });
  },
  peek: (one) => {
    one.views += 1;
  },
  shut: (one) => {
    one.isEnded = true;
  },
  review: (one) => {
    one.isReviewed = true;
  },
};

const REVIEW = NewReview.parse({ outcome: "justified", comment: "The file shows the standstill." });
const USE = { fields: ["amount"], reason: "Settlement stands still and the counterparty is unknown." };

export const BREAK_GLASS_ACTS: Readonly<
  Record<string, { readonly by: readonly Actor[]; readonly act: Act }>
> = {
  break: {
    by: ["holder", "holder", "legal", "owner"],
    act: (cx, { txId }) => useBreakGlass(cx, NewBreakGlass.parse({ transactions: [txId], ...USE })),
  },
  peek: {
    by: ["holder", "holder", "approver", "owner"],
    act: (cx, { txId, glassId }) => openTransaction(cx, txId, { purpose: "support", grant_id: glassId }),
  },
  shut: {
    by: ["holder", "legal", "chair", "support"],
    act: (cx, { glassId }) => revokeGrant(cx, glassId, "over"),
  },
  review: {
    by: ["legal", "chair", "second", "holder", "head", "support"],
    act: (cx, { glassId }) => reviewBreakGlass(cx, glassId, REVIEW),
  },
};

/** The state of a use in the database: its grant, its views, its review, and how many uses of its holder wait for one. */
export const BREAK_GLASS_STANDING = `SELECT g.state, g.views_used AS views, r.break_glass_id IS NOT NULL AS reviewed,
    (SELECT count(*)::int FROM break_glass o WHERE o.holder_user_id = e.holder_user_id AND NOT EXISTS
      (SELECT 1 FROM break_glass_review v WHERE v.break_glass_id = o.id)) AS waiting
  FROM break_glass e JOIN access_grant g ON g.break_glass_id = e.id LEFT JOIN break_glass_review r ON r.break_glass_id = e.id
  WHERE e.id = $1::uuid`;

/** Returns the same as the model has it. */
export function breakGlassShape(one: BreakGlass): object {
  const waiting = one.isReviewed ? 0 : 1;
  return { state: one.isEnded ? "revoked" : "active", views: one.views, reviewed: one.isReviewed, waiting };
}

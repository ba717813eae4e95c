import "server-only";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { readPolicyNeeds } from "@/lib/home/policy-needs";
import { readReviewNeeds } from "@/lib/home/review-needs";
import { readRosterNeeds } from "@/lib/home/roster-needs";
import type { Need } from "@/lib/home/schema";
import { readAuthorityNeeds, readBackupNeeds, readErasureNeeds } from "@/lib/home/second-person-needs";

type OfficeContext = Pick<Context, "principal" | "instance" | "clock" | "escrow" | "keystore">;

/**
 * Returns what waits for the caller as the second person, their rows of the access review, and a missing backup. The home lists these tasks and the
 * navigation counts them.
 */
export async function readOfficeNeeds(tx: Tx, cx: OfficeContext): Promise<Need[]> {
  return [
    ...(await readRosterNeeds(tx, cx)),
    ...(await readErasureNeeds(tx, cx)),
    ...(await readAuthorityNeeds(tx, cx)),
    ...(await readPolicyNeeds(tx, cx)),
    ...(await readReviewNeeds(tx, cx)),
    ...readBackupNeeds(cx),
  ];
}

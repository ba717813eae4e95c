import "server-only";
import { REGISTRAR_DUTIES } from "@/lib/authorities/registry/rules";
import type { Context } from "@/lib/context/context";
import { type Readable, readableOf } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { readPolicyNeeds } from "@/lib/home/policy-needs";
import { readReviewNeeds } from "@/lib/home/review-needs";
import { readRosterNeeds } from "@/lib/home/roster-needs";
import type { Need } from "@/lib/home/schema";
import { listAuthoritiesFor, listErasuresFor, type Waiting } from "@/lib/home/second-person-store";
import { rootBackupOf } from "@/lib/keys/read-root-backup";
import type { Duty } from "@/lib/vocabulary";

type NeedsContext = Pick<Context, "principal" | "instance">;

const MOST = 20;
const ERASERS: readonly Duty[] = ["privacy", "compliance"];

function needsOf(kind: "erasure" | "authority", rows: readonly Readable<Waiting>[]): Need[] {
  return readableOf(rows).map(({ id, name, person, at }) => ({
    kind,
    subject: { kind, id },
    reference: name,
    at: at.toISOString(),
    is_late: false,
    facts: { person },
  }));
}

/** Returns erasures that wait for the caller's agreement as the second person. */
export async function readErasureNeeds(tx: Tx, { principal, instance }: NeedsContext): Promise<Need[]> {
  const { role, duties, userId } = principal;
  if (role !== "coordinator" || !duties.some((duty) => ERASERS.includes(duty))) return [];
  return needsOf("erasure", await listErasuresFor(tx, { tenantId: instance.tenantId, userId, limit: MOST }));
}

/** Returns authorities' keys and certificates that wait for the caller's confirmation as the second person. */
export async function readAuthorityNeeds(tx: Tx, { principal, instance }: NeedsContext): Promise<Need[]> {
  const { role, duties, userId } = principal;
  if (role !== "coordinator" && role !== "admin") return [];
  if (!duties.some((duty) => REGISTRAR_DUTIES.includes(duty))) return [];
  return needsOf(
    "authority",
    await listAuthoritiesFor(tx, { tenantId: instance.tenantId, userId, limit: MOST }),
  );
}

/** Returns the backup of the root key as a task of administrators, while there is none that would open it again. */
export function readBackupNeeds(cx: Pick<Context, "principal" | "keystore" | "clock">): Need[] {
  if (cx.principal.role !== "admin") return [];
  const { root, standing, backup } = rootBackupOf(cx);
  if (standing === "current") return [];
  const at = backup?.made_at ?? cx.clock.now().toISOString();
  return [
    {
      kind: "backup",
      subject: { kind: "root_key", id: root },
      reference: root,
      at,
      is_late: false,
      facts: { text: standing.replaceAll("-", "_") },
    },
  ];
}

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

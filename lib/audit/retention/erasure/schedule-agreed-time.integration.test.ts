import { afterAll, beforeAll, expect, it } from "vitest";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { askErasure } from "./ask-erasure";
import { agreeToErasure } from "./decide-erasure";

// A portal checks the two entries that the row names. A process with the portal's login could name others, with an
// entry of its own, and then no portal would find the agreement.

let bench: OwnedLog;
let privacy: Context;
let compliance: Context;
beforeAll(async () => {
  bench = await createOwnedLog();
  privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
  compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
});
afterAll(() => bench.close());

async function agreed(): Promise<string> {
  const { principal, ...cx } = await bench.person({ role: "client", hasKey: false });
  await recordEvent(
    { ...cx, principal },
    { class: "log", outcome: "done", action: "audit.keys", subjects: [] },
  );
  const { id } = await askErasure(privacy, { subject: principal.handle ?? "", reason: "on request" });
  await agreeToErasure(compliance, id);
  return id;
}

/** Acts with the portal's login, with an entry that lets the change pass. */
const asApp = (set: string, id: string) =>
  inTransaction(bench.cx, async (tx) => {
    await tx.$executeRawUnsafe(`UPDATE audit_erasure SET ${set} WHERE id = $1::uuid`, id);
    await appendEntry(tx, bench.cx, {
      class: "retention",
      outcome: "done",
      action: "erasure.agree",
      subjects: [`erasure:${id}`],
      details: { erasure: id },
    });
  });

it("the time of an agreement cannot change, and an agreed erasure cannot be requested again", async () => {
  const id = await agreed();
  const refused = "state does not allow this";
  for (const set of [
    "agreed_at = agreed_at - interval '1 hour'",
    "agree_entry_id = ask_entry_id",
    "agreed_at = NULL, agreed_by = NULL",
    "state = 'asked'",
  ])
    await expect(asApp(set, id), set).rejects.toThrow(refused);
});

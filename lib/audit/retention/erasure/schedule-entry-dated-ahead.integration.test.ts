import { afterAll, beforeAll, expect, it } from "vitest";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import { fixedClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { openPool } from "@/lib/db/pool";
import { inTransaction } from "@/lib/db/transaction";
import { createLogger } from "@/lib/telemetry/logger";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { erasePrepared } from "../run-retention";
import { askErasure } from "./ask-erasure";
import { agreeToErasure, refuseErasureAsked } from "./decide-erasure";
import { listErasures } from "./list-erasures";
import { prepareDueErasures } from "./prepare-erasure";

// Times of one erasure that no program reads. A process with the portal's login writes them into its row.

let bench: OwnedLog;
let privacy: Context;
let compliance: Context;
beforeAll(async () => {
  bench = await createOwnedLog();
  privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
  compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
});
afterAll(() => bench.close());

/** A requested erasure of a person whose only entry states this time. */
async function asked(at = new Date(Date.now() - 2 * 365 * 86_400_000)): Promise<string> {
  const person = await bench.person({ role: "client", hasKey: false });
  await recordEvent(
    { ...person, clock: fixedClock(at) },
    { class: "log", outcome: "done", action: "audit.keys", subjects: [] },
  );
  return (await askErasure(privacy, { subject: person.principal.handle ?? "", reason: "on request" })).id;
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

const isListed = async (id: string): Promise<boolean> =>
  (await listErasures(privacy, { cursor: undefined, limit: 50 })).items.some((one) => one.id === id);

const SET = [
  "try_after = '-infinity'",
  "prepared_at = '-infinity'",
  "state = 'agreed', agreed_by = $BY, agreed_at = 'infinity'",
  "state = 'agreed', agreed_by = $BY, agreed_at = '-infinity'",
  "state = 'agreed', agreed_by = $BY, agreed_at = '290000-01-01'",
  "state = 'refused', refused_by = $BY, ended_at = 'infinity'",
];

it.each(SET)(
  "the portal's login cannot set %s, so the list, a refusal and other erasures still work",
  async (set) => {
    const [id, other] = [await asked(), await asked()];
    const done = asApp(set.replace("$BY", `'${compliance.principal.userId}'`), id);
    await expect(done).rejects.toThrow("state does not allow this");
    await agreeToErasure(compliance, other);
    await pastTriggers(bench.admin, ["audit_erasure"], () =>
      bench.admin.query("UPDATE audit_erasure SET prepared = NULL, prepared_at = NULL WHERE id = $1", [
        other,
      ]),
    );
    expect(await prepareDueErasures(bench.cx)).toBe(1);
    expect(await isListed(id)).toBe(true);
    await refuseErasureAsked(privacy, id);
    await refuseErasureAsked(privacy, other);
  },
);

it("an erasure deferred by an entry with a future date is listed and refused like others", async () => {
  const id = await asked(new Date("9999-12-01T00:00:00Z"));
  await agreeToErasure(compliance, id);
  const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
  await erasePrepared({
    ...bench.place,
    pool: retention,
    appPool: bench.appPool,
    logger: createLogger("test", "silent"),
  });
  await retention.end();
  const { rows } = await bench.admin.query("SELECT kept_back FROM audit_erasure WHERE id = $1", [id]);
  expect(rows).toEqual([{ kept_back: "date" }]);
  expect(await isListed(id)).toBe(true);
  await refuseErasureAsked(privacy, id);
});

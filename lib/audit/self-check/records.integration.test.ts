import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { createLogger } from "@/lib/telemetry/logger";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { checkNextIndex } from "./check-index";
import { getVerification, listVerifications, requestVerification } from "./list-verifications";
import { recordVerifications } from "./record-verifications";
import { runVerification } from "./run-verifications";

const logger = createLogger("test", "silent");

let bench: OwnedLog;
let auditor: Context;
let admin: Client;
let id: string;

beforeAll(async () => {
  bench = await createOwnedLog();
  ({ auditor, admin } = bench);
});
afterAll(() => bench.close());

/** A requested verification that has ended and whose end is in the log: incomplete, without the signer. */
beforeEach(async () => {
  id = (await requestVerification(auditor)).id;
  await bench.anchor();
  const { db, instance } = bench.cx;
  const worker = {
    db,
    writer: bench.sequencerPool,
    instance,
    clock: systemClock,
    logger,
    logVkey: bench.policy.log[0] ?? "",
  };
  const rest = { certificates: [], askSigner: async () => ({ is: "absent" }) as const, everyMs: 0 };
  await runVerification({ ...worker, ...rest }, new AbortController().signal);
  await checkNextIndex({ ...bench.cx, logger });
  await recordVerifications(bench.cx);
});

const asOwner = (statement: string) =>
  pastTriggers(admin, ["audit_verification", "audit_index"], () => admin.query(statement, [id]));

const SOUND = `UPDATE audit_verification SET report = report || '{"verdict":"sound","signer":"agrees"}' WHERE id = $1`;

describe("the report of a verification", () => {
  it("the entry that records its end binds it", async () => {
    expect(await getVerification(auditor, id)).toMatchObject({
      record: "bound",
      report: { verdict: "incomplete", signer: "absent" },
    });
    expect((await listVerifications(auditor, { limit: 10 })).items[0]).toMatchObject({ id, record: "bound" });
  });

  it.each([
    ["its verdict", SOUND],
    [
      "its findings of index rows",
      `UPDATE audit_verification SET index_report = index_report || '{"more":1}' WHERE id = $1`,
    ],
    ["how it ended", "UPDATE audit_verification SET state = 'failed', report = NULL WHERE id = $1"],
    [
      "which entry records its end",
      "UPDATE audit_verification SET end_entry_id = gen_random_uuid() WHERE id = $1",
    ],
  ])("is shown as changed when the database's owner rewrites %s", async (_, statement) => {
    await asOwner(statement);
    expect(await getVerification(auditor, id)).toMatchObject({ record: "changed" });
    expect((await listVerifications(auditor, { limit: 10 })).items[0]).toMatchObject({
      id,
      record: "changed",
    });
  });

  it("a changed report is shown as changed, also after its end was made to be recorded again; the end is recorded once", async () => {
    await asOwner(SOUND);
    await asOwner("UPDATE audit_verification SET end_entry_id = NULL WHERE id = $1");
    await recordVerifications(bench.cx);
    expect(await getVerification(auditor, id)).toMatchObject({ record: "changed" });
    const ends = await bench.appPool.query(
      `SELECT 1 FROM audit_queue WHERE subject = $1 AND entry_id IN (SELECT entry_id FROM audit_index WHERE outcome = 'failed')`,
      [`verification:${id}`],
    );
    expect(ends.rows).toHaveLength(1);
  });
});

describe("the requester of a verification", () => {
  it("is named to callers who know them anyway, and is a pseudonym to all others, and to all once erased", async () => {
    const by = async (cx: Context) => [
      (await getVerification(cx, id)).by,
      (await listVerifications(cx, { limit: 1 })).items[0]?.by,
    ];
    const { name, pseudonym, organisationId } = auditor.principal;
    const regulator = await bench.person({ role: "regulator" });
    expect(regulator.principal.organisationId).not.toBe(organisationId);
    const decider = await bench.person({ role: "coordinator", duties: ["approve"] });
    expect(await by(auditor)).toEqual([name, name]);
    expect(await by(decider)).toEqual([name, name]);
    expect(await by(regulator)).toEqual([pseudonym, pseudonym]);
    await pastTriggers(admin, ["audit_compartment"], () =>
      admin.query(
        "UPDATE audit_compartment SET destroyed_at = now() WHERE kind = 'subject' AND subject = $1",
        [pseudonym],
      ),
    );
    expect(await by(decider)).toEqual([pseudonym, pseudonym]);
  });
});

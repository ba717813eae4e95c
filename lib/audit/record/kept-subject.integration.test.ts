import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { AccessLogQuery } from "@/lib/audit/reading/access-logs";
import { listAccessLogs } from "@/lib/audit/reading/list-access-logs";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { inRawTransaction, inTransaction, type Tx } from "@/lib/db/transaction";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { signedIn } from "@/lib/testing/instance/signed-in";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

describe("a kept subject", () => {
  // Tests what the portal's database login can do with rows that identify a person, and with their entries.

  let bench: UseCaseBench;
  let victim: Context;
  let attacker: Context;
  beforeAll(async () => {
    bench = await createUseCaseBench();
    victim = await signedIn(await bench.person({ role: "auditor" }));
    attacker = await signedIn(await bench.person({ role: "client" }));
  });
  afterAll(() => bench.close());

  const sidOf = ({ principal: { proof } }: Context) => (proof.kind === "session" ? proof.sessionId : "");

  const owners = async () => {
    const { rows } = await bench.appPool.query(
      "SELECT sid, user_id::text FROM auth_session WHERE user_id = ANY ($1::uuid[])",
      [[victim.principal.userId, attacker.principal.userId]],
    );
    return new Map(rows.map(({ sid, user_id }) => [sid, user_id]));
  };

  /** Writes the change and the entry in one transaction of the portal's login. */
  const changed = (change: (tx: Tx) => Promise<unknown>, event: AuditEvent) =>
    inTransaction(bench.cx, async (tx) => {
      await change(tx);
      await appendEntry(tx, bench.cx, event);
    });

  it("no session becomes another person's by a changed name, without an entry and with one", async () => {
    const before = await owners();
    const [theirs, mine] = [sidOf(victim), sidOf(attacker)];
    const exchange = inRawTransaction(bench.cx, async (tx) => {
      await tx.query("UPDATE auth_session SET sid = 'aside' WHERE sid = $1", [mine]);
      await tx.query("UPDATE auth_session SET sid = $1 WHERE sid = $2", [mine, theirs]);
    });
    await expect(exchange).rejects.toThrow("audit entry");
    const event = { class: "identity", outcome: "done", action: "session.step_up" } as const;
    const renamed = changed(
      (tx) => tx.$executeRaw`UPDATE auth_session SET sid = 'aside' WHERE sid = ${theirs}`,
      {
        ...event,
        subjects: ["session:aside"],
      },
    );
    await expect(renamed).rejects.toThrow("audit entry");
    expect(await owners()).toEqual(before);
  });

  it("an entry about one person alone cannot move a row to another person", async () => {
    const before = await owners();
    const { userId } = victim.principal;
    const moved = changed(
      (tx) =>
        tx.$executeRaw`UPDATE auth_session SET user_id = ${userId}::uuid WHERE sid = ${sidOf(attacker)}`,
      {
        class: "identity",
        outcome: "done",
        action: "session.step_up",
        subjects: [`session:${sidOf(attacker)}`],
      },
    );
    await expect(moved).rejects.toThrow("audit entry");
    expect(await owners()).toEqual(before);
  });

  it("the last use of a session needs no entry of its own", async () => {
    const { rowCount } = await bench.appPool.query(
      "UPDATE auth_session SET last_seen_at = now() WHERE sid = $1",
      [sidOf(victim)],
    );
    expect(rowCount).toBe(1);
  });
});

describe("the own address", () => {
  const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
  });
  afterAll(() => bench.close());

  it("an index row cannot make another person's address the caller's own", async () => {
    const reader = await bench.person({ role: "client" });
    const address = "192.0.2.77";
    const acting = { ...(await bench.person({ role: "client" })), client: { address } };
    const access = { dataAccessed: ["fields"], success: true };
    const { id } = await recordEvent(acting, { ...EVENT, access, index: { participantId: "client-4" } });
    const own = { ...reader, client: { address } };
    const mine = async () => {
      const { logs } = await listAccessLogs(reader, AccessLogQuery.parse({}));
      return logs.map((one) => one.ip_address);
    };
    const forged = [reader.principal.pseudonym, reader.principal.participantId, id];
    await pastTriggers(bench.admin, ["audit_index"], () =>
      bench.admin.query("UPDATE audit_index SET actor = $1, participant_id = $2 WHERE entry_id = $3", forged),
    );
    expect(await mine()).toEqual([undefined]);
    await recordEvent(own, { ...EVENT, access });
    expect(await mine()).toEqual([address, undefined]);
  });

  it("an index row cannot show a participant another participant's accesses", async () => {
    const [reader, other] = [await bench.person({ role: "client" }), await bench.person({ role: "client" })];
    const access = { dataAccessed: ["what another accessed"], success: true, error: "why it failed" };
    const { id } = await recordEvent(other, { ...EVENT, access, index: { participantId: "another" } });
    await recordEvent(reader, { ...EVENT, access: { dataAccessed: ["what one accessed"], success: true } });
    const mine = async () => {
      const { logs } = await listAccessLogs(reader, AccessLogQuery.parse({}));
      return logs.map((one) => [one.data_accessed, one.error]);
    };
    const own = [["what one accessed"], undefined];
    expect(await mine()).toEqual([own]);
    const { participantId, handle } = reader.principal;
    await pastTriggers(bench.admin, ["audit_index"], () =>
      bench.admin.query("UPDATE audit_index SET participant_id = $1 WHERE entry_id = $2", [
        participantId ?? handle,
        id,
      ]),
    );
    expect(await mine()).toEqual([own, [[], undefined]]);
  });
});

import { afterAll, beforeAll, expect, it } from "vitest";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import type { AuditEvent } from "../entry/event";
import { AccessLogQuery } from "../reading/access-logs";
import { listAccessLogs } from "../reading/list-access-logs";
import { recordEvent } from "./record-event";

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

import { afterAll, beforeAll, expect, it } from "vitest";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { askErasure } from "./ask-erasure";

// The owner of a handle is stored in a row that the database owner can change.

let bench: OwnedLog;
let privacy: Context;
beforeAll(async () => {
  bench = await createOwnedLog();
  privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
});
afterAll(() => bench.close());

const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;

/** Requests the erasure of a person whose row has this pseudonym and who has entries in the log. */
async function asked(pseudonym: string) {
  const { principal } = await bench.person({ role: "client", hasKey: false });
  await pastTriggers(bench.admin, ["app_user"], () =>
    bench.admin.query("UPDATE app_user SET pseudonym = $2 WHERE handle = $1", [principal.handle, pseudonym]),
  );
  const { rows } = await bench.admin.query("SELECT 1 FROM audit_compartment WHERE subject = $1", [pseudonym]);
  expect(rows).toHaveLength(1);
  return askErasure(privacy, { subject: principal.handle ?? "", reason: "on request" });
}

const refused = {
  code: "request.invalid",
  errors: [{ pointer: "/subject", detail: "what the log holds under this name is not about one person" }],
};

it("the data of all anonymous callers cannot be erased", async () => {
  const { system: _system, ...withoutSystem } = bench.cx;
  await recordEvent({ ...withoutSystem, client: { address: "192.0.2.1" } }, event);
  await expect(asked("anonymous")).rejects.toMatchObject(refused);
});

it("the data of a process cannot be erased", async () => {
  await recordEvent({ ...bench.cx, system: "worker", client: { address: "192.0.2.1" } }, event);
  await expect(asked("system:worker")).rejects.toMatchObject(refused);
});

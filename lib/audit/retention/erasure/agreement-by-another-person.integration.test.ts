import { afterAll, beforeAll, expect, it } from "vitest";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { askErasure } from "./ask-erasure";
import { agreeToErasure, refuseErasureAsked } from "./decide-erasure";
import { listErasures } from "./list-erasures";

// ADR 0037: after an upgrade one person may have two accounts with the same mailbox.

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

/** Two accounts of one person, both with entries in the log. */
async function twoAccounts(duties: readonly ("privacy" | "compliance")[]): Promise<[Context, Context]> {
  const one = await bench.person({ role: "coordinator", duties: [...duties], hasKey: false });
  const two = await bench.person({ role: "coordinator", duties: [...duties], hasKey: false });
  await pastTriggers(bench.admin, ["app_user"], () =>
    bench.admin.query("UPDATE app_user SET email = $2 WHERE id = $1", [
      two.principal.userId,
      `${one.principal.handle}+two@test.example`,
    ]),
  );
  return [one, two];
}

const written = (who: Context) =>
  recordEvent(who, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });

it("the requester cannot agree with another account, and is not offered it", async () => {
  const [asker, again] = await twoAccounts(["privacy", "compliance"]);
  const subject = await bench.person({ role: "client", hasKey: false });
  await written(subject);
  const { id } = await askErasure(asker, { subject: subject.principal.handle ?? "", reason: "on request" });
  const listed = await listErasures(again, { cursor: undefined, limit: 50 });
  expect(listed.items.find((one) => one.id === id)).toMatchObject({ is_own: true, may_agree: false });
  expect(await outcomeOf(agreeToErasure(again, id))).toBe("decision.same-person");
  await refuseErasureAsked(again, id);
});

it("a person cannot request, agree to or refuse an erasure of their other account", async () => {
  const [subject, again] = await twoAccounts(["privacy", "compliance"]);
  const asker = await bench.person({ role: "coordinator", duties: ["privacy"] });
  await written(subject);
  const body = { subject: subject.principal.handle ?? "", reason: "on request" };
  expect(await outcomeOf(askErasure(again, body))).toBe("decision.self");
  const { id } = await askErasure(asker, body);
  expect(await outcomeOf(agreeToErasure(again, id))).toBe("decision.self");
  expect(await outcomeOf(refuseErasureAsked(again, id))).toBe("decision.self");
});

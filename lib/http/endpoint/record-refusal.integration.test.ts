import { afterAll, beforeAll, expect, it } from "vitest";
import { noteSuspicion } from "@/lib/api-client/operations/erasures";
import { listEvents } from "@/lib/audit/reading/list-events";
import { EventQuery } from "@/lib/audit/schema";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { DomainError } from "@/lib/errors";
import { recordingRefusal } from "@/lib/http/endpoint/record-refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

let bench: UseCaseBench;
type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

beforeAll(async () => {
  bench = await createUseCaseBench();
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(() => bench?.close());

async function deniedFor(reader: Person, who: Person): Promise<string[]> {
  while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
  const { items } = await listEvents(reader, EventQuery.parse({ actor: who.principal.pseudonym }));
  return items.filter(({ outcome }) => outcome === "denied").map(({ action }) => action);
}

it("only the duty compliance sees that compliance was refused while noting a suspicion; other people's attempts are visible to all", async () => {
  const compliance = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  const curious = await bench.person({ role: "coordinator", duties: ["support"], hasKey: false });
  const auditor = await bench.person({ role: "auditor", hasKey: false });
  const call = { operation: noteSuspicion, instance: "/confidential/audit/suspicions" };
  const refused = (who: Person, error: DomainError) =>
    expect(recordingRefusal(who, call, () => Promise.reject(error))).rejects.toBe(error);
  await refused(compliance, new DomainError("auth.step-up"));
  await refused(curious, new DomainError("auth.role"));
  expect(await deniedFor(auditor, compliance)).toEqual([]);
  expect(await deniedFor(compliance, compliance)).toEqual(["suspicion.note"]);
  expect(await deniedFor(auditor, curious)).toEqual(["suspicion.note"]);
});

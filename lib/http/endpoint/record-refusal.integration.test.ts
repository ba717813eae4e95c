import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { noteSuspicion } from "@/lib/api-client/operations/erasures";
import { getTransaction } from "@/lib/api-client/operations/transactions";
import { listEvents } from "@/lib/audit/reading/list-events";
import { EventQuery } from "@/lib/audit/schema";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { recordingRefusal } from "@/lib/http/endpoint/record-refusal";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { getTransaction as getTransactionOf } from "@/lib/transactions/read/get-transaction";

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

it("a refusal that cannot be recorded is answered 503, and is recorded when it is refused again", async () => {
  const who = await bench.person({ role: "client" });
  const call = { operation: getTransaction, input: { params: { id: uuidv7(1) } } };
  const refuse = () => refusalOf(recordingRefusal(who, call, () => getTransactionOf(who, uuidv7(1))));
  const owner = new Client({ connectionString: bench.database.adminUrl });
  await owner.connect();
  try {
    await owner.query("ALTER TABLE audit_queue ADD CONSTRAINT closed CHECK (false) NOT VALID");
    expect(await refuse()).toMatchObject({ code: "service.audit-unavailable", status: 503 });
    await owner.query("ALTER TABLE audit_queue DROP CONSTRAINT closed");
    expect(await refuse()).toMatchObject({ code: "transaction.not-found", isRecorded: true });
    const { rows } = await owner.query(
      "SELECT count(*)::int AS n FROM audit_index WHERE action = 'transaction.read' AND outcome = 'denied'",
    );
    expect(rows).toEqual([{ n: 1 }]);
  } finally {
    await owner.end();
  }
});

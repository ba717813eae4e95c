import { afterAll, beforeAll, expect, it } from "vitest";
import { registerPending } from "@/lib/escrow/client/registrar";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import {
  approvedRequest,
  createRequestBench,
  newTransaction,
  type RequestBench,
  type RequestPerson,
} from "@/lib/testing/benches/request-bench";
import { getEnvelopes } from "@/lib/transactions/read/get-envelopes";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { setStatus } from "@/lib/transactions/status/set-status";

/** A party that rotates its key with `reseal` checks which of its settled records were resealed. */

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench();
});
afterAll(() => bench?.close());

async function settled(client: RequestPerson): Promise<string> {
  const id = await newTransaction(client);
  for (const status of ["processing", "completed", "settled"] as const)
    await setStatus(client, id, { status });
  return id;
}

const generations = async (client: RequestPerson, id: string) =>
  (await getEnvelopes(client, id)).items.map(({ group, gen }) => `${group} ${gen}`);

it("a party does not learn from a rotation which of its settled records have a grant", async () => {
  const client = await bench.person({ role: "client" });
  const [asked, other] = [await settled(client), await settled(client)];
  while ((await registerPending(client)).registered > 0);
  await approvedRequest(bench, { transactions: [asked] });
  await rotateKey(client, { participantId: client.principal.participantId }, "reseal");
  await bench.integrate();
  await runRotations({ ...client, system: "portal" });
  expect(await generations(client, asked)).toEqual(await generations(client, other));
});

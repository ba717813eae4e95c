import { afterAll, beforeAll, expect, it } from "vitest";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import {
  createRequestBench,
  FACTS,
  queryOwner,
  type RequestBench,
} from "@/lib/testing/benches/request-bench";
import { createOrderSigner, registerSigner } from "@/lib/testing/devices/order-signer";

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench();
});
afterAll(() => bench?.close());

/** ADR 0037: one human with two accounts is not a second person. */
it("one human with two accounts cannot both register and confirm a key for orders", async () => {
  const keeper = () => bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  const [one, two] = [await keeper(), await keeper()];
  await queryOwner(bench, "ALTER TABLE app_user DISABLE TRIGGER USER");
  await queryOwner(bench, "UPDATE app_user SET email = $2 WHERE id = $1", [
    two.principal.userId,
    `${one.principal.handle}+two@test.example`,
  ]);
  await queryOwner(bench, "ALTER TABLE app_user ENABLE TRIGGER USER");
  const signer = await createOrderSigner("own-key");
  expect(await outcomeOf(registerSigner(signer, FACTS, [one, two]))).toBe("authority.second-person");
});

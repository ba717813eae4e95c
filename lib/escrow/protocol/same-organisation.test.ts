import { afterEach, expect, test } from "vitest";
import { LostKeyBench } from "@/lib/testing/custodian/lost-key-bench";

let bench: LostKeyBench;
afterEach(() => bench.t.stop());

const refused = { code: "custodian.refused", extra: { reason: "organisation" } };

test.each(["Nordlicht", " nordlicht", "NORDLICHT ", "nordlicht\u00a0"])(
  "a person of %j cannot agree to a re-wrap for a participant of nordlicht",
  async (organisation) => {
    bench = await LostKeyBench.start(1, [], { "operator:legal": organisation });
    await expect(bench.accept(bench.agreed())).rejects.toMatchObject(refused);
  },
);

test("another spelling of an organisation lets neither a colleague approve a request nor support see a party's dispute", async () => {
  bench = await LostKeyBench.start(1, [], { "operator:a": "Agency", "operator:support": "NordLicht" });
  const { t, items } = bench;
  await expect(t.client.submitGrant(t.submission())).rejects.toMatchObject(refused);
  await expect(t.client.submitGrant(t.disputed(items))).rejects.toMatchObject(refused);
});

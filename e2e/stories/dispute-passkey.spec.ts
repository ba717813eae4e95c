import { expect, test } from "@playwright/test";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { type Demo, people, readDemo } from "../support/api";
import { confirmIn, registerPasskey, signedIn } from "../support/statements";
import { canaries, submitTransaction } from "../support/steps";

// Its own instance: the portal no longer signs for a party that enrolled a key, which would affect other specs.
const BUDGETS =
  '{"reads":100000,"writes":100000,"open":100000,"audit":100000,"decisions":100000,"batch":10000,"export":10000,"sign_in":10000}';

let instance: RunningInstance;
let demo: Demo;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  instance = await startInstance({ env: { RATE_BUDGETS: BUDGETS } });
  demo = readDemo(instance.dataDir);
});
test.afterAll(() => instance?.stop());

test("a party whose key the custodian knows signs its dispute with it, and no other person can", async ({
  browser,
}) => {
  const at = (path: string): string => new URL(path, demo.base_url).href;
  const who = people(demo);
  const client = await signedIn(await browser.newContext(), "client-456", demo);
  await registerPasskey(client, "Carla's phone");
  await client.page.goto(at("/account/security"));
  const own = client.page.getByRole("region", { name: "Signing decisions and openings" });
  await own.getByRole("button", { name: "Enrol passkey" }).click();
  await expect(own.getByText("Waiting for a second person")).toBeVisible();
  const approver = await signedIn(await browser.newContext(), "coordinator-001:approve", demo);
  const confirming = approver.page.getByRole("region", { name: "Signing decisions and openings" });
  await confirmIn(confirming, "Confirm");
  await expect(confirming.getByText("Waiting for you")).toBeHidden();

  const tx = await submitTransaction(who.client456, canaries());
  const address = `/confidential/transactions/${tx}/disputes`;
  const unsigned = await who.client456.post(address, { reason: "The price is wrong." });
  expect([unsigned.status, unsigned.json.code]).toEqual([403, "statement.required"]);
  expect((await who.client456.get(`/confidential/transactions/${tx}`)).json.status).toBe("created");

  await client.page.goto(at(`/transactions/${tx}`));
  await client.page.getByRole("button", { name: "Open dispute" }).click();
  await client.page.getByLabel("What is wrong").fill("The price is wrong.");
  await client.page.getByRole("dialog").getByRole("button", { name: "Open dispute" }).click();
  await client.page.waitForURL(/\/disputes\/[0-9a-f-]{36}$/);
  await expect(client.page.getByText("the party’s own key")).toBeVisible();

  const id = new URL(client.page.url()).pathname.split("/").at(-1) ?? "";
  const taken = await who.support.post(`/confidential/disputes/${id}/take`);
  expect(taken.status, taken.text).toBe(200);
  const seen = await who.support.post(`/confidential/transactions/${tx}/access`, { purpose: "dispute" });
  expect(seen.json).toMatchObject({ success: true, data: { amount: "#" } });
});

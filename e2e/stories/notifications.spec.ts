import { expect, test } from "@playwright/test";
import { Webhook as Verifier } from "standardwebhooks";
import { openWebhookReceiver, type WebhookReceiver } from "@/lib/testing/servers/webhook-receiver";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { demo } from "../support/instance";
import { enterOn, pressOn } from "../support/keyboard";
import { signedIn } from "../support/signed-in";
import { canaries, fileRequest, orderFacts, submitTransaction } from "../support/steps";

// A reviewer is notified in the portal and by their own program. Other people are not notified.

const REVIEWER = "coordinator-001:legal";
const OTHER = "auditor-001";
const at = (path: string): string => new URL(path, demo().base_url).href;

let receiver: WebhookReceiver;
test.beforeAll(async () => {
  receiver = await openWebhookReceiver();
});
test.afterAll(async () => {
  await receiver?.close();
});

async function filed(): Promise<{ id: string; reference: string }> {
  const who = people(demo());
  const id = await fileRequest(
    who.regulator,
    await submitTransaction(who.client456, canaries()),
    orderFacts(),
  );
  const { json } = await who.regulator.get(`/confidential/access/requests/${id}`);
  return { id, reference: String(json.reference) };
}

test("a request appears on its decider's open page only, and is read by keyboard", async ({ browser }) => {
  const { page, faults } = await signedIn(browser, REVIEWER);
  await page.goto(at("/notifications"));
  await expect(page.getByRole("heading", { level: 1, name: "Notifications" })).toBeVisible();
  const { reference } = await filed();
  // Without a reload.
  const row = page.getByRole("row").filter({ hasText: reference });
  await expect(row).toContainText("Legal review");
  await expect(page.getByRole("link", { name: /^Notifications/ })).toContainText(/[1-9]/);
  expect(await axeFindings(page)).toEqual([]);
  const mark = row.getByRole("button", { name: /^Mark as read: Request AR-/ });
  await enterOn(page, mark);
  await expect(row).toContainText("Read");
  await expect(mark).toHaveCount(0);
  await page.goto(at("/notifications?view=unread"));
  await expect(page.getByRole("row").filter({ hasText: reference })).toHaveCount(0);

  const other = await signedIn(browser, OTHER);
  await other.page.goto(at("/notifications"));
  await expect(other.page.getByRole("heading", { level: 1, name: "Notifications" })).toBeVisible();
  await expect(other.page.getByText(reference)).toHaveCount(0);
  expect([...faults(), ...other.faults()]).toEqual([]);
});

test("the choice of e-mails is stored @deep", async ({ browser }) => {
  const { page, faults } = await signedIn(browser, REVIEWER);
  await page.goto(at("/notifications"));
  const form = page.getByRole("group", { name: "Send me an e-mail about" });
  await expect(page.getByText("This instance sends no e-mail")).toBeVisible();
  await expect(form.getByLabel("Request")).toBeChecked();
  await form.getByLabel("Key rotation").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
  await page.reload();
  await expect(form.getByLabel("Key rotation")).toBeChecked();
  expect(faults()).toEqual([]);
});

test("a webhook is added by keyboard, called with a signature that verifies, sent again, given a new secret and disabled", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, REVIEWER);
  await page.goto(at("/admin/webhooks"));
  const open = page.getByRole("button", { name: "Add a webhook" });
  await pressOn(open);
  await page.getByLabel("Name").fill("Case system");
  await page.getByLabel("Address", { exact: true }).fill(receiver.url);
  await enterOn(page, page.getByRole("button", { name: "Add webhook" }));
  await expect(page.getByText("The secret is shown once")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await expect(page.getByRole("region", { name: "The secret is shown once" })).toBeFocused();
  const secret = (await page.getByText(/^whsec_/).textContent()) ?? "";
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(page.getByText(/^whsec_/)).toHaveCount(0);
  await expect(open).toBeFocused();

  const { id, reference } = await filed();
  const ours = () => receiver.calls.filter(({ body }) => body.includes(id));
  await expect.poll(() => ours().length).toBe(1);
  const [call] = ours();
  const headers = {
    "webhook-id": String(call?.headers["webhook-id"]),
    "webhook-timestamp": String(call?.headers["webhook-timestamp"]),
    "webhook-signature": String(call?.headers["webhook-signature"]),
  };
  const message = new Verifier(secret).verify(call?.body ?? "", headers);
  expect(message).toMatchObject({ type: "request.stage_1", data: { id, reference } });

  await page.getByRole("link", { name: "Deliveries of Case system" }).click();
  const row = page.getByRole("row").filter({ hasText: "request.stage_1" }).first();
  await expect(row).toContainText("Delivered");
  expect(await axeFindings(page)).toEqual([]);
  await row.getByRole("button", { name: /^Send again: msg_/ }).click();
  await expect.poll(() => ours().length).toBe(2);
  expect(ours()[1]?.headers["webhook-id"]).toBe(headers["webhook-id"]);

  const hooked = new URL(page.url()).pathname;
  const other = await signedIn(browser, OTHER);
  await other.page.goto(at(hooked));
  await expect(other.page.getByText("request.stage_1")).toHaveCount(0);

  await page.goto(at("/admin/webhooks"));
  await page.getByRole("button", { name: "New secret of Case system" }).click();
  await page.getByRole("button", { name: "Make new secret" }).click();
  const next = (await page.getByText(/^whsec_/).textContent()) ?? "";
  expect(next).not.toBe(secret);
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(page.getByText("Two secrets until")).toBeVisible();
  await page.getByRole("button", { name: "Disable Case system" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disable webhook" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Case system" }).first()).toContainText("Disabled");
  expect(faults()).toEqual([]);
});

test("an address inside the network is refused, and the form says so @deep", async ({ browser }) => {
  const { page } = await signedIn(browser, REVIEWER);
  await page.goto(at("/admin/webhooks"));
  await pressOn(page.getByRole("button", { name: "Add a webhook" }));
  await page.getByRole("button", { name: "Add webhook" }).click();
  await expect(page.getByText(/^Enter a name/)).toBeVisible();
  await page.getByLabel("Name").fill("Metadata");
  await page.getByLabel("Address", { exact: true }).fill("http://10.0.0.1/");
  await page.getByRole("button", { name: "Add webhook" }).click();
  await expect(page.getByLabel("Address", { exact: true })).toHaveAccessibleDescription(
    /The address must start with https:\/\//,
  );
  await page.getByLabel("Address", { exact: true }).fill("https://169.254.169.254/latest/meta-data/");
  await page.getByRole("button", { name: "Add webhook" }).click();
  await expect(page.getByLabel("Address", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText(/^whsec_/)).toHaveCount(0);
});

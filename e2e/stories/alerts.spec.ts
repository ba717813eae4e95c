import { expect, type Page, test } from "@playwright/test";
import { z } from "zod";
import { openWebhookReceiver, type WebhookReceiver } from "@/lib/testing/servers/webhook-receiver";
import { people } from "../support/api";
import { demo } from "../support/instance";
import { pressOn } from "../support/keyboard";
import { visit } from "../support/page";
import { signedIn } from "../support/signed-in";
import { pictures } from "../support/take-pictures";
import { expectWhole } from "../support/whole";

// A program is refused again and again. An alert opens, is sent, is taken on by an administrator, and is resolved.

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const ADMIN = "coordinator-001:admin";
const at = (path: string): string => new URL(path, demo().base_url).href;
const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const dialog = (page: Page) => page.getByRole("dialog");

let receiver: WebhookReceiver;
test.beforeAll(async () => {
  receiver = await openWebhookReceiver();
});
test.afterAll(async () => {
  await receiver?.close();
});

const Open = z.object({
  items: z.array(z.looseObject({ id: z.string(), name: z.string(), is_lasting: z.boolean() })),
});

/** Resolves alerts that stories before this one have caused: an alert that is open sends no second message. */
async function resolveEarlier(page: Page): Promise<void> {
  const alerts = at("/confidential/alerts");
  const { items } = Open.parse(await (await page.request.get(`${alerts}?limit=100`)).json());
  for (const { id } of items.filter(({ name, is_lasting }) => name === "denial-burst" && !is_lasting)) {
    const answer = await page.request.post(`${alerts}/${id}/resolve`, {
      headers: { origin: new URL(alerts).origin },
      data: { reason: "Of an earlier story." },
    });
    // An alert about the administrator is for another person to resolve. It does not delay those about others.
    expect([200, 403], await answer.text()).toContain(answer.status());
  }
}

/** Checks the page, and takes pictures of it, also as a phone shows it. */
async function checkWhole(page: Page, name: string): Promise<void> {
  await expectWhole(page);
  await pictures(page, name);
  await page.setViewportSize({ width: 390, height: 844 });
  await pictures(page, `${name}-390`);
  await page.setViewportSize(DESKTOP.viewport);
}

test("a burst of refusals becomes an alert that is sent, acknowledged and resolved", async ({ browser }) => {
  const { page, faults } = await signedIn(browser, ADMIN, DESKTOP);
  await visit(page, at("/operations/addresses"));
  await expect(heading(page)).toHaveText("Addresses for alerts");
  await pressOn(page.getByRole("button", { name: "Add an address" }));
  await page.getByLabel("Webhook").check();
  await page.getByLabel("Mailbox or URL").fill(receiver.url);
  await page.getByRole("button", { name: "Add address" }).click();
  await expect(page.getByText("The secret is shown once")).toBeVisible();
  await page.getByRole("button", { name: "I have copied it" }).click();
  await page.getByRole("button", { name: `Send test to ${new URL(receiver.url).origin}` }).click();
  await expect.poll(() => receiver.calls.map(({ body }) => JSON.parse(body).type)).toContain("alert.test");
  await expect(async () => {
    await page.reload();
    await expect(page.getByText("Test: delivered").first()).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await checkWhole(page, "alert-addresses");

  await resolveEarlier(page);
  const who = people(demo());
  for (let i = 0; i < 12; i += 1)
    expect((await who.client456.get("/confidential/access/requests")).status).toBe(403);
  await expect
    .poll(() => receiver.calls.map(({ body }) => JSON.parse(body).data.name), { timeout: 60_000 })
    .toContain("denial-burst");

  // The message may be about an earlier story's refusals, and the alert about this person's come a moment later.
  const own = page.getByText("Alert: Many refusals in a short time").first();
  await expect(async () => {
    await visit(page, at("/"));
    await expect(own).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await page
    .getByRole("link", { name: /^View alert\s*: Many refusals/ })
    .first()
    .click();
  await expect(heading(page)).toHaveText("Many refusals in a short time");
  const { pathname } = new URL(page.url());
  await expect(page.getByRole("link", { name: /^Entry \d/ }).first()).toBeVisible();
  await expect(page.getByText("Runbook: Many refusals in a short time")).toBeVisible();
  await checkWhole(page, "alert");
  await page.getByRole("button", { name: "Acknowledge", exact: true }).click();
  await dialog(page).getByLabel("Note").fill("Asking the company.");
  await dialog(page).getByRole("button", { name: "Acknowledge", exact: true }).click();
  await expect(page.getByText("Asking the company.")).toBeVisible();
  await visit(page, at("/operations/alerts"));
  await checkWhole(page, "alerts");
  await page.locator(`main a[href="${pathname}"]`).first().click();
  await page.getByRole("button", { name: "Resolve", exact: true }).click();
  await dialog(page).getByLabel("Result").fill("A wrong setting of their program.");
  await dialog(page).getByRole("button", { name: "Resolve", exact: true }).click();
  await expect(page.getByText("A wrong setting of their program.")).toBeVisible();
  await expect
    .poll(() => receiver.calls.map(({ body }) => JSON.parse(body).type))
    .toContain("alert.resolved");

  await visit(page, at("/operations/rules"));
  await page.getByRole("button", { name: "Change: Refusals of one person", exact: true }).click();
  await dialog(page).getByLabel("Value").fill("12");
  await dialog(page).getByRole("button", { name: "Change", exact: true }).click();
  await expect(
    page.getByRole("row", { name: /^Refusals of one person/ }).getByText("12", { exact: true }),
  ).toBeVisible();
  await checkWhole(page, "alert-rules");
  expect(faults()).toEqual([]);
});

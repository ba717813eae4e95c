import { type Browser, expect, type Page, test } from "@playwright/test";
import { asSuperuser } from "../support/admin";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { dataDir, demo } from "../support/instance";
import { enterOn } from "../support/keyboard";
import { openPage } from "../support/page";
import { signedIn } from "../support/signed-in";
import { type Canaries, canaries, submitTransaction, text } from "../support/steps";

// A party disputes a transaction. Support sees it masked, asks for more and resolves the dispute. No plaintext is ever sent.

const REASON = "The price is not the one we agreed on for this job.";
const SUPPORT = "coordinator-001:support";
/** Time within which a revocation clears the screen (portal.md). */
const BLANK_MS = 2_000;

const at = (path: string): string => new URL(path, demo().base_url).href;

/** Records all that the portal sent to this page, so that a test can search it for a value. */
function record(page: Page): { readonly bodies: string[] } {
  const bodies: string[] = [];
  page.on("response", async (response) => {
    if (!response.url().startsWith(demo().base_url) || response.url().includes("/confidential/events"))
      return;
    bodies.push(await response.text().catch(() => ""));
  });
  return { bodies };
}

async function expectNoValue(secret: Canaries, page: Page, bodies: readonly string[]): Promise<void> {
  const shown = await page.content();
  for (const value of Object.values(secret)) {
    expect(shown).not.toContain(value);
    expect(bodies.filter((body) => body.includes(value))).toEqual([]);
  }
}

/** Makes a transaction of client-456 and miner-789 that client-456 disputes, and returns the dispute. */
async function disputed(
  secret = canaries(),
  fields?: readonly string[],
): Promise<{ tx: string; id: string; secret: Canaries }> {
  const { client456 } = people(demo());
  const tx = await submitTransaction(client456, secret);
  const opened = await client456.post(`/confidential/transactions/${tx}/disputes`, {
    reason: REASON,
    fields,
  });
  expect(opened.status, opened.text).toBe(201);
  return { tx, id: text(opened, "id"), secret };
}

/** Counts what a person does, as the portal's measure asks. */
class Journey {
  actions = 0;
  answers = 0;
  constructor(readonly page: Page) {}
  async press(name: string | RegExp, role: "button" | "link" = "button"): Promise<void> {
    this.actions += 1;
    const dialog = this.page.getByRole("dialog");
    const place = (await dialog.count()) > 0 ? dialog : this.page;
    await place.getByRole(role, { name }).first().click();
  }
  async type(label: string | RegExp, words: string): Promise<void> {
    this.answers += 1;
    await this.page.getByLabel(label).fill(words);
  }
  print(story: string): void {
    console.log(`${story}: ${this.actions} actions, ${this.answers} typed answers`);
  }
}

async function supportAt(browser: Browser, id: string) {
  const watched = await signedIn(browser, SUPPORT);
  const { bodies } = record(watched.page);
  await watched.page.goto(at(`/disputes/${id}`));
  return { ...watched, bodies };
}

test("a party opens a dispute in the browser, and withdraws it", async ({ browser }) => {
  const who = people(demo());
  const tx = await submitTransaction(who.client456, canaries());
  const { page, faults } = await signedIn(browser, "client-456");
  const journey = new Journey(page);
  await page.goto(at(`/transactions/${tx}`));
  await journey.press("Open dispute");
  await expect(page.getByRole("dialog", { name: "Open dispute" })).toBeVisible();
  await journey.press("Open dispute");
  await expect(page.getByText("Describe what is wrong")).toBeVisible();
  await expect(page.getByLabel("What is wrong")).toBeFocused();
  await journey.type("What is wrong", REASON);
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("checkbox", { name: "Pricing" }).uncheck();
  journey.actions += 1;
  await journey.press("Open dispute");
  await page.waitForURL(/\/disputes\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("heading", { level: 1, name: "Dispute of job-123" })).toBeVisible();
  await expect(page.getByText("Waiting for support")).toBeVisible();
  await expect(page.getByText("Not in this dispute")).toHaveCount(1);
  await expect(page.getByRole("button", { name: /Take|View masked/ })).toHaveCount(0);
  const view = await who.client456.get(`/confidential/transactions/${tx}`);
  expect(view.json.status).toBe("disputed");
  await journey.press("State figures");
  await journey.type(/^Amount/, "1.00");
  await journey.type("Currency", "USD");
  await journey.press("State these figures");
  await expect(page.getByText("is lower")).toBeVisible();
  await expect(page.getByRole("button", { name: "State figures" })).toBeVisible();

  await journey.press("Withdraw");
  await journey.type("Reason for withdrawing", "We read the contract again.");
  await page.getByRole("dialog").getByRole("button", { name: "Withdraw", exact: true }).click();
  journey.actions += 1;
  await expect(page.getByText("Withdrawn")).toBeVisible();
  await expect(page.getByText("you can no longer add notes")).toBeVisible();
  expect((await who.client456.get(`/confidential/transactions/${tx}`)).json.status).toBe("created");
  journey.print("client-456 opens and withdraws a dispute");
  expect(faults()).toEqual([]);
});

test("support takes a dispute, sees masks and never a value, asks for more and resolves", async ({
  browser,
}) => {
  const { tx, id, secret } = await disputed(canaries(), ["amount", "pricing"]);
  const { page, faults } = await signedIn(browser, SUPPORT);
  const { bodies } = record(page);
  const journey = new Journey(page);
  await page.goto(at("/disputes"));
  await page.locator(`a[href="/disputes/${id}"]`).click();
  journey.actions += 1;
  await expect(page.getByText(REASON)).toBeVisible();
  await expect(page.getByText("Take the dispute to view its masked fields.")).toBeVisible();
  await journey.press("Take dispute");
  await expect(page.getByText("With support")).toBeVisible();
  await journey.press("View masked fields");
  await expect(page.getByText(/^Masked by the custodian/)).toBeVisible();
  // Screen readers say "hidden"; the screen shows a bar.
  await expect(page.getByText("hidden number", { exact: true }).first()).toBeAttached();
  await expect(page.getByText("Masked", { exact: true })).toHaveCount(2);
  await expect(page.getByText("19 of 20")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);

  await journey.press("Write a note");
  await journey.type("Write to the parties and support", "Which price is meant?");
  await journey.press("Send");
  await expect(page.getByRole("listitem").filter({ hasText: "Which price is meant?" })).toBeVisible();
  const more = page.getByRole("link", { name: "Request more" });
  const query = new URL((await more.getAttribute("href")) ?? "", demo().base_url).searchParams;
  expect(Object.fromEntries(query)).toMatchObject({
    purpose: "dispute",
    level: "masked",
    transaction: tx,
    fields: "settlement_details",
  });

  await expect(page.getByText(/has until .* to answer/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Resolve" })).toHaveCount(0);
  const figures = { amount: { value: "1", currency: "USD" } };
  const { miner789 } = people(demo());
  expect((await miner789.post(`/confidential/disputes/${id}/figures`, figures)).status).toBe(201);
  await expect(page.getByText("Compared without opening").first()).toBeVisible();
  await expect(page.getByText("is lower")).toBeVisible();
  await journey.press("Resolve");
  await page.getByRole("radio", { name: "The transaction is correct" }).check();
  journey.actions += 1;
  await journey.type(/^Result$/, "The list price applies; both agree.");
  await page.getByRole("dialog").getByRole("button", { name: "Resolve", exact: true }).click();
  journey.actions += 1;
  await expect(page.getByText("Resolved", { exact: true })).toBeVisible();
  await expect(page.getByText(/so the fields are sealed again/)).toBeVisible({ timeout: BLANK_MS });
  await expect(page.getByText("hidden number", { exact: true })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /View masked/ })).toHaveCount(0);
  await expectNoValue(secret, page, bodies);
  journey.print("support takes, looks, asks and resolves");

  const { support, client456 } = people(demo());
  const refused = await support.post(`/confidential/transactions/${tx}/access`, { purpose: "dispute" });
  expect([refused.status, refused.json.code]).toEqual([403, "access.no-grant"]);
  expect((await client456.get(`/confidential/transactions/${tx}`)).json.status).toBe("created");
  expect(faults()).toEqual([]);
});

test("support is offered more fields only if the dispute left some out or its access has ended @deep", async ({
  browser,
}) => {
  const { id, tx } = await disputed();
  const { support } = people(demo());
  expect((await support.post(`/confidential/disputes/${id}/take`)).status).toBe(200);
  const { page } = await supportAt(browser, id);
  await expect(page.getByRole("button", { name: "View masked fields" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Request more" })).toHaveCount(0);
  for (let look = 0; look < 20; look += 1) {
    const looked = await support.post(`/confidential/transactions/${tx}/access`, { purpose: "dispute" });
    expect(looked.status, looked.text).toBe(200);
  }
  await page.reload();
  const more = page.getByRole("link", { name: "Request more" });
  const query = new URL((await more.getAttribute("href")) ?? "", demo().base_url).searchParams;
  expect(query.get("fields")).toBe("amount,pricing,settlement_details");
});

test("what support asks for is decided by two people of the operator, and shown masked @deep", async () => {
  const { tx, secret } = await disputed(canaries(), ["amount"]);
  const { support, legal, coordinator } = people(demo());
  const filed = await support.post("/confidential/access/requests", {
    purpose: "dispute",
    level: "masked",
    justification: "The masks do not settle it",
    transactions: [tx],
    fields: ["pricing"],
  });
  const address = `/confidential/access/requests/${text(filed, "id")}`;
  expect((await support.post(`${address}/submit`, {})).json.state).toBe("stage_1");
  const approval = { decision: "approve", comment: "It is needed" };
  const first = await legal.post(`${address}/decisions`, { ...approval, stage: "legal" });
  expect(first.status, first.text).toBe(200);
  const last = await coordinator.post(`${address}/decisions`, { ...approval, stage: "coordinator" });
  expect([last.status, last.json.state], last.text).toEqual([200, "active"]);
  const looked = await support.post(`/confidential/transactions/${tx}/access`, {
    purpose: "dispute",
    grant_id: text(last, "grant_id"),
  });
  expect(looked.status, looked.text).toBe(200);
  for (const value of Object.values(secret)) expect(looked.text).not.toContain(value);
});

test("masks stay on the screen only as long as the access: another person's revocation blanks them @deep", async ({
  browser,
}) => {
  const { id, tx } = await disputed();
  const { page } = await supportAt(browser, id);
  await page.getByRole("button", { name: "Take dispute" }).click();
  await page.getByRole("button", { name: "View masked fields" }).click();
  await expect(page.getByText("hidden number", { exact: true }).first()).toBeAttached();
  const { coordinator, support } = people(demo());
  const dispute = await support.get(`/confidential/disputes/${id}`);
  const grant = dispute.json.grant;
  const grantId = typeof grant === "object" && grant !== null && "id" in grant ? String(grant.id) : "";
  const revoked = await coordinator.post(`/confidential/access/grants/${grantId}/revoke`, {
    reason: "Review.",
  });
  expect(revoked.status, revoked.text).toBe(200);
  await expect(page.getByText("hidden number", { exact: true })).toHaveCount(0, { timeout: BLANK_MS });
  await expect(page.getByText("The access was revoked, so the fields are sealed again.")).toBeVisible();
  await page.reload();
  await expect(page.getByText("A reviewer revoked the access.")).toBeVisible();
  const again = await support.post(`/confidential/disputes/${id}/take`);
  expect([again.status, again.json.no_access]).toEqual([200, "taken-back"]);
  const refused = await support.post(`/confidential/transactions/${tx}/access`, { purpose: "dispute" });
  expect([refused.status, refused.json.code]).toEqual([403, "access.no-grant"]);
});

test("a permission that has ended shows no mask, and says so @deep", async ({ browser }) => {
  const { id, tx } = await disputed();
  const { support } = people(demo());
  expect((await support.post(`/confidential/disputes/${id}/take`)).status).toBe(200);
  // The test, as an operator, moves the end into the past. Only the operator can switch off the triggers that refuse this.
  await asSuperuser(dataDir(), async (client) => {
    const { rows } = await client.query<{ tgname: string; tgenabled: string }>(
      "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'access_grant'::regclass AND NOT tgisinternal",
    );
    await client.query("ALTER TABLE access_grant DISABLE TRIGGER USER");
    const past = "not_before = now() - interval '2 hours', not_after = now() - interval '1 hour'";
    await client.query(`UPDATE access_grant SET ${past} WHERE dispute_id = $1`, [id]);
    for (const { tgname, tgenabled } of rows)
      await client.query(
        `ALTER TABLE access_grant ENABLE ${tgenabled === "A" ? "ALWAYS" : ""} TRIGGER ${tgname}`,
      );
  });
  const { page } = await supportAt(browser, id);
  await expect(page.getByText("The party’s permission to view masked fields has ended.")).toBeVisible();
  await expect(page.getByRole("button", { name: /View masked/ })).toHaveCount(0);
  const refused = await support.post(`/confidential/transactions/${tx}/access`, { purpose: "dispute" });
  expect([refused.status, refused.json.code]).toEqual([403, "access.no-grant"]);
});

test("the wrong person gets no further than they may know @deep", async ({ browser }) => {
  const { id, tx, secret } = await disputed();
  const who = people(demo());
  const body = { reason: REASON };
  const statuses = {
    "client-123 reads": (await who.client123.get(`/confidential/disputes/${id}`)).status,
    "client-123 opens": (await who.client123.post(`/confidential/transactions/${tx}/disputes`, body)).status,
    "auditor reads": (await who.auditor.get(`/confidential/disputes/${id}`)).status,
    "regulator lists": (await who.regulator.get("/confidential/disputes")).status,
    "approver takes": (await who.coordinator.post(`/confidential/disputes/${id}/take`)).status,
    "party takes": (await who.client456.post(`/confidential/disputes/${id}/take`)).status,
    "other party ends": (
      await who.miner789.post(`/confidential/disputes/${id}/resolve`, { resolution: "No." })
    ).status,
    "support opens": (await who.support.post(`/confidential/transactions/${tx}/disputes`, body)).status,
    "approver looks": (
      await who.coordinator.post(`/confidential/transactions/${tx}/access`, { purpose: "dispute" })
    ).status,
    "support looks untaken": (
      await who.support.post(`/confidential/transactions/${tx}/access`, { purpose: "dispute" })
    ).status,
  };
  expect(statuses).toEqual({
    "client-123 reads": 404,
    "client-123 opens": 404,
    "auditor reads": 403,
    "regulator lists": 403,
    "approver takes": 403,
    "party takes": 403,
    "other party ends": 403,
    "support opens": 403,
    "approver looks": 403,
    "support looks untaken": 403,
  });

  const stranger = await signedIn(browser, "client-123");
  await stranger.page.goto(at(`/disputes/${id}`));
  await expect(stranger.page.getByRole("heading", { level: 1 })).not.toContainText("Dispute of");
  await expect(stranger.page.getByText(REASON)).toHaveCount(0);

  const officer = await signedIn(browser, "auditor-001");
  await officer.page.goto(at("/disputes"));
  await expect(officer.page.getByText("This is not available to your role: Auditor.")).toBeVisible();

  const miner = await signedIn(browser, "miner-789");
  const { bodies } = record(miner.page);
  await miner.page.goto(at(`/disputes/${id}`));
  await expect(miner.page.getByText(REASON)).toBeVisible();
  await expect(miner.page.getByRole("button", { name: /Take|View masked|Withdraw|Resolve/ })).toHaveCount(0);
  await expectNoValue(secret, miner.page, bodies);

  const visitor = await openPage(browser, {});
  await visitor.page.goto(at(`/disputes/${id}`));
  await expect(visitor.page).toHaveURL(/\/sign-in\?to=/);
});

test("support's part is done by keyboard alone @deep", async ({ browser }) => {
  const { id } = await disputed();
  const { page } = await supportAt(browser, id);
  await enterOn(page, page.getByRole("button", { name: "Take dispute" }));
  await expect(page.getByText("With support")).toBeVisible();
  await enterOn(page, page.getByRole("button", { name: "View masked fields" }));
  await expect(page.getByText(/^Masked by the custodian/)).toBeVisible();
  const { miner789 } = people(demo());
  expect((await miner789.post(`/confidential/disputes/${id}/notes`, { text: "Agreed." })).status).toBe(201);
  await page.reload();
  await enterOn(page, page.getByRole("button", { name: "Resolve" }));
  const dialog = page.getByRole("dialog", { name: "Resolve dispute" });
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Resolve" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.getByRole("radio").first().focus();
  await page.keyboard.press("Space");
  while (
    !(await page
      .getByRole("textbox", { name: "Result" })
      .evaluate((field) => field === document.activeElement))
  )
    await page.keyboard.press("Tab");
  await page.keyboard.type("Both agree now.");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Resolved", { exact: true })).toBeVisible();
});

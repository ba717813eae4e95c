import { expect, type Page, test } from "@playwright/test";
import { pastTriggers as past } from "@/lib/testing/log/past-triggers";
import { asSuperuser } from "../support/admin";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { deepUnless } from "../support/deep";
import { dataDir, demo } from "../support/instance";
import { enterOn, pressOn } from "../support/keyboard";
import { openPage, visit } from "../support/page";
import { signedIn } from "../support/signed-in";

// Erasures, suspicions, retention and holds, and the witnesses of the log.

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const at = (address: string) => new URL(address, demo().base_url).href;
const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const drawer = (page: Page) => page.getByRole("complementary", { name: "Facts" });
const rail = (page: Page) => page.getByRole("navigation", { name: "Places" }).first();
const erasures = (page: Page) => page.getByRole("table", { name: "All erasures" });

/** Runs statements as the owner of the data folder, past the triggers of these tables. */
const pastTriggers = (tables: readonly string[], statements: readonly string[]): Promise<void> =>
  asSuperuser(dataDir(), (client) =>
    past(client, tables, async () => {
      for (const statement of statements) await client.query(statement);
    }),
  );

/** The same text for a running retention period and for a hold. */
const KEPT_BACK = "Deferred. Ask a person with the compliance duty.";

/** Sets every retention period as passed today. */
const PERIODS_PASSED =
  "CREATE OR REPLACE FUNCTION audit_days(p_kind text, p_name text) RETURNS integer LANGUAGE sql STABLE AS 'SELECT 0'";

/** Reloads the page until the row has this text: the worker runs every two seconds. */
async function untilRow(page: Page, person: string, text: string | RegExp): Promise<void> {
  await expect(async () => {
    await page.goto(at("/audit/erasures"), { waitUntil: "load" });
    await expect(erasures(page).getByRole("row").filter({ hasText: person }).first()).toContainText(text, {
      timeout: 2_000,
    });
  }).toPass();
}

async function ask(page: Page, person: string, reason: string): Promise<void> {
  await visit(page, at("/audit/erasures"));
  await pressOn(page.getByRole("button", { name: "Request an erasure" }));
  await page.getByLabel("Person’s name in statements").fill(person);
  await page.getByLabel("Reason").fill(reason);
  await page.getByRole("button", { name: "Request erasure" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Erasure requested" })).toContainText(person);
  await page.getByRole("button", { name: "Done" }).click();
}

async function agree(page: Page, person: string): Promise<void> {
  await visit(page, at("/audit/erasures"));
  await page.getByRole("button", { name: `Agree to the erasure of ${person}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Agree to erasure" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
}

test("one person asks for an erasure by keyboard, and the form says what it cannot erase", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "coordinator-001:compliance", DESKTOP);
  await page.goto(at("/"), { waitUntil: "load" });
  await rail(page).getByRole("button", { name: "Rules" }).click();
  await rail(page).getByRole("link", { name: "Erasures" }).click();
  await expect(heading(page)).toHaveText("Erasures");
  await expect(page.getByText("No erasures requested yet")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  const open = page.getByRole("button", { name: "Request an erasure" });
  const send = page.getByRole("button", { name: "Request erasure" });
  await pressOn(open);
  await pressOn(send);
  await expect(page.getByText("Enter the reason")).toBeVisible();
  await expect(page.getByLabel("Person’s name in statements")).toBeFocused();
  await page.keyboard.type("unknown-000");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Request of 20 November");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText("The log has no data about a person with this name")).toBeVisible();
  await expect(page.getByLabel("Person’s name in statements")).toHaveAttribute("aria-invalid", "true");
  expect(await axeFindings(page)).toEqual([]);
  await page.getByLabel("Person’s name in statements").fill("coordinator-001:compliance");
  await send.click();
  await expect(page.getByText("You cannot request the erasure of your own data.")).toBeVisible();
  await page.getByLabel("Person’s name in statements").fill("client-123");
  await send.click();
  await expect(page.getByRole("status").filter({ hasText: "Erasure requested" })).toContainText("client-123");
  await enterOn(page, page.getByRole("button", { name: "Done" }));
  await expect(open).toBeFocused();
  const row = erasures(page).getByRole("row").filter({ hasText: "client-123" });
  await expect(row).toContainText("Waiting for a second person");
  await expect(row).toContainText("Another person must agree.");
  await expect(row).toContainText(/Waits for .*Paul Okafor/);
  await expect(row.getByRole("button", { name: /^Agree/ })).toHaveCount(0);
  await expect(row.getByRole("button", { name: "Withdraw the erasure of client-123" })).toBeVisible();
  await page.keyboard.press("Enter");
  await page.getByLabel("Person’s name in statements").fill("client-123");
  await page.getByLabel("Reason").fill("Again");
  await send.click();
  await expect(page.getByText("An erasure for this person is already under way.")).toBeVisible();
  expect(faults().filter((fault) => !/Failed to load resource.*(409|422|403)/.test(fault))).toEqual([]);
  await page.context().close();
});

test("a second person agrees by keyboard; an early erasure is deferred with the reason, then carried out, and the entry says so", async ({
  browser,
}) => {
  const privacy = await signedIn(browser, "coordinator-001:privacy", DESKTOP);
  const { page } = privacy;
  // Who must act next has a row on home, a figure at the place and one notification, which is read once it was seen.
  await page.goto(at("/"), { waitUntil: "load" });
  await expect(
    page.getByRole("heading", { name: "Agree to the erasure of client-123, or refuse it" }),
  ).toBeVisible();
  await expect(rail(page).getByRole("link", { name: "Erasures" })).toContainText("1");
  await page.goto(at("/notifications"), { waitUntil: "load" });
  const told = page.getByRole("row").filter({ hasText: "Erasure" });
  // The worker sends it after the erasure was requested, and the page shows it without a reload. Another story may visit
  // the erasures as the same person meanwhile, so it may be read by now.
  await expect(told).toHaveCount(1);
  await visit(page, at("/audit/erasures"));
  await page.goto(at("/notifications"), { waitUntil: "load" });
  await expect(told).toHaveCount(1);
  await expect(told).toContainText("Read");
  await expect(told.getByRole("button", { name: /^Mark as read/ })).toHaveCount(0);
  await visit(page, at("/audit/erasures"));
  await enterOn(page, page.getByRole("button", { name: "Agree to the erasure of client-123" }));
  await expect(page.getByRole("dialog")).toContainText("This cannot be undone.");
  await expect(page.getByRole("dialog")).toContainText("Request of 20 November");
  expect(await axeFindings(page)).toEqual([]);
  await enterOn(page, page.getByRole("dialog").getByRole("button", { name: "Agree to erasure" }));
  await expect(page.getByRole("dialog")).toBeHidden();
  const row = erasures(page).getByRole("row").filter({ hasText: "client-123" });
  await expect(row).toContainText("Paul Okafor");
  // Without a reload: the page itself checks whether the worker has acted.
  await expect(row).toContainText("Deferred", { timeout: 60_000 });
  await expect(row).toContainText(KEPT_BACK);
  // The page shows neither the date nor a hold: another agency's hold reads the same.
  await expect(row).not.toContainText("Next try after");
  expect(await axeFindings(page)).toEqual([]);
  const found = await people(demo()).auditor.get(
    "/confidential/audit/events?subject=participant:client-123&limit=50",
  );
  const items = found.json.items as { seq: number; actor: string }[];
  await pastTriggers(["audit_erasure"], [PERIODS_PASSED, "UPDATE audit_erasure SET try_after = NULL"]);
  await untilRow(page, "client-123", "Erased");
  const entry = erasures(page).getByRole("row").filter({ hasText: "client-123" }).getByRole("link");
  // The entry gets its number a moment after the erasure.
  await expect(async () => {
    await page.reload();
    await expect(entry).toBeVisible({ timeout: 5_000 });
  }).toPass();
  const by = (await entry.textContent()) ?? "";
  expect(by).toMatch(/^[\d,]+$/);
  await entry.click();
  await expect(drawer(page)).toContainText("compartment.erase");
  expect(privacy.faults()).toEqual([]);
  // The auditor could read the person's part sealed with that key, and sees when and by what the key was erased.
  const auditor = await signedIn(browser, "auditor-001", DESKTOP);
  const own = items.findLast(({ actor }) => !actor.startsWith("system:"));
  await visit(auditor.page, at(`/audit?entry=${own?.seq}`));
  await expect(drawer(auditor.page)).toContainText(/PersonErased on .*2026.* by entry/);
  await expect(drawer(auditor.page).getByRole("link", { name: /^by entry/ })).toHaveText(
    `by entry ${by.replaceAll(",", "")}`,
  );
  // The account still exists; the log no longer shows whose it is.
  await expect(drawer(auditor.page)).not.toContainText("Owen Finch");
  await auditor.page.getByRole("button", { name: "Verify in this browser" }).click();
  await expect(drawer(auditor.page).getByText("Verified in this browser")).toBeVisible();
  expect(await axeFindings(auditor.page)).toEqual([]);
  await drawer(auditor.page)
    .getByRole("link", { name: /^by entry/ })
    .click();
  await expect(drawer(auditor.page)).toContainText("compartment.erase");
  const german = await signedIn(browser, "auditor-001", { ...DESKTOP, locale: "de-DE" });
  await visit(german.page, at(`/audit?entry=${own?.seq}`));
  await expect(german.page.getByRole("complementary", { name: "Angaben" })).toContainText(
    /PersonGelöscht am .* durch Eintrag/,
  );
  for (const one of [page, auditor.page, german.page]) await one.context().close();
});

test("a hold defers an erasure, and only deciders see it; a refusal ends an erasure @deep", async ({
  browser,
}) => {
  const transactions = await people(demo()).client456.get("/confidential/transactions?limit=1");
  const [held] = transactions.json.items as { transaction_id: string }[];
  const id = held?.transaction_id ?? "";
  await pastTriggers(
    ["transaction"],
    [`UPDATE transaction SET hold_until = now() + interval '30 days' WHERE id = '${id}'`],
  );
  const compliance = await signedIn(browser, "coordinator-001:compliance", DESKTOP);
  const privacy = await signedIn(browser, "coordinator-001:privacy", DESKTOP);
  await ask(compliance.page, "client-456", "Asked by letter");
  await agree(privacy.page, "client-456");
  await untilRow(privacy.page, "client-456", KEPT_BACK);
  await ask(compliance.page, "miner-789", "A mistake");
  await visit(privacy.page, at("/audit/erasures"));
  await privacy.page.getByRole("button", { name: "Refuse the erasure of miner-789" }).click();
  await privacy.page.getByRole("dialog").getByRole("button", { name: "End erasure" }).click();
  await expect(erasures(privacy.page).getByRole("row").filter({ hasText: "miner-789" })).toContainText(
    "Refused or withdrawn",
  );
  // The page says what another person decided meanwhile, and reads the row again.
  await compliance.page.getByRole("button", { name: "Withdraw the erasure of miner-789" }).click();
  await compliance.page.getByRole("dialog").getByRole("button", { name: "End erasure" }).click();
  await expect(compliance.page.getByText("The action failed")).toBeVisible();
  await privacy.page.getByRole("link", { name: "Retention and holds" }).click();
  await expect(heading(privacy.page)).toHaveText("Retention and holds");
  await expect(privacy.page.getByText("Only people who decide about access see all holds")).toBeVisible();
  await expect(privacy.page.getByTitle(id)).toHaveCount(0);
  const decider = await signedIn(browser, "coordinator-001:approve", DESKTOP);
  await decider.page.goto(at("/audit"), { waitUntil: "load" });
  await decider.page.getByRole("link", { name: "Retention" }).click();
  await expect(decider.page.getByRole("table", { name: "Data about people" })).toContainText(
    /Regulator.*7\syears/,
  );
  await expect(decider.page.getByRole("table", { name: "Entries" })).toContainText(/All.*7\syears/);
  await expect(
    decider.page.getByRole("table", { name: "Transactions under hold" }).getByTitle(id),
  ).toBeVisible();
  expect(await axeFindings(decider.page)).toEqual([]);
  expect([...decider.faults(), ...privacy.faults()]).toEqual([]);
  for (const one of [compliance, privacy, decider]) await one.page.context().close();
});

test("the compliance duty writes, lists and reads a suspicion, and no other person finds a trace", async ({
  browser,
}) => {
  const transactions = await people(demo()).client456.get("/confidential/transactions?limit=1");
  const [about] = transactions.json.items as { transaction_id: string }[];
  const id = about?.transaction_id ?? "";
  const decider = await signedIn(browser, "coordinator-001:approve", DESKTOP);
  const seen = async (page: Page) => {
    // Refusals of people without the duty are visible, and another test of this instance may have caused some.
    await visit(page, at("/audit?action=suspicion.note&outcome=done"));
    await expect(page.getByText("No entry matches this filter")).toBeVisible();
  };
  await seen(decider.page);
  const { page, faults } = await signedIn(browser, "coordinator-001:compliance", DESKTOP);
  await page.goto(at("/"), { waitUntil: "load" });
  await rail(page).getByRole("link", { name: "Suspicions" }).click();
  // Another test of this instance may have recorded some.
  await expect(page.getByRole("heading", { level: 1, name: "Suspicions" })).toBeVisible();
  await pressOn(page.getByRole("button", { name: "Record a suspicion" }));
  const send = page.getByRole("button", { name: "Record suspicion" });
  await pressOn(send);
  await expect(page.getByRole("textbox", { name: "Suspicion" })).toBeFocused();
  await page
    .getByRole("textbox", { name: "Suspicion" })
    .fill("Amounts just below the threshold.\nThree in one night.");
  await page.getByLabel("Transaction number").fill("no such job");
  await send.click();
  await expect(page.getByLabel("Transaction number")).toHaveAttribute("aria-invalid", "true");
  expect(await axeFindings(page)).toEqual([]);
  await page.getByLabel("Transaction number").fill(id);
  await send.click();
  await expect(page.getByRole("status").filter({ hasText: "Suspicion recorded" })).toBeVisible();
  const list = page.getByRole("table", { name: "All suspicions" });
  const newest = list.getByRole("row").nth(1);
  const entry = newest.getByRole("rowheader").getByRole("link");
  // The row links to its entry once the entry has its number, a moment after the form's answer.
  await expect(async () => {
    await page.goto(at("/audit/suspicions"), { waitUntil: "load" });
    await expect(entry).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expect(newest).toContainText("Marta Lindqvist");
  await expect(newest.getByTitle(id)).toBeVisible();
  await pressOn(entry);
  await expect(drawer(page)).toContainText("Amounts just below the threshold.");
  await expect(drawer(page).getByRole("heading", { name: "Suspicion" })).toBeFocused();
  expect(await axeFindings(page)).toEqual([]);
  const seq = new URL(page.url()).searchParams.get("entry") ?? "";
  await drawer(page).getByRole("link", { name: "Entry and proof" }).click();
  await expect(drawer(page)).toContainText("Marta Lindqvist recorded a suspicion.");
  // The refusal of the job that no record has.
  expect(faults()).toEqual([expect.stringContaining("404 (Not Found) [/confidential/audit/suspicions]")]);
  // Neither the suspicion nor its reading is visible: in the list, by its number, or in what is recorded about the person.
  await seen(decider.page);
  await visit(decider.page, at(`/audit?entry=${seq}`));
  await expect(drawer(decider.page)).toContainText("Entry not found.");
  const reads = await people(demo()).coordinator.get(
    "/confidential/audit/events?action=audit.read&limit=100",
  );
  expect(reads.text).not.toContain("suspicion");
  for (const one of ["suspicion.note", "suspicion.read"]) {
    const hidden = await people(demo()).auditor.get(`/confidential/audit/events?action=${one}`);
    // Refusals of people without the duty are visible: they say nothing about a suspicion.
    const items = hidden.json.items as { outcome: string; actor_name: string }[];
    expect(items.filter((item) => item.outcome !== "denied")).toEqual([]);
    expect(items.map((item) => item.actor_name)).not.toContain("Marta Lindqvist");
  }
  for (const one of [page, decider.page]) await one.context().close();
});

test("a regulator places a hold by keyboard, renews and releases it; other agencies cannot see it", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "regulator-001", DESKTOP);
  await visit(page, at("/transactions?job_id=job-1001"));
  const first = page.getByRole("row").filter({ hasText: "job-1001" }).first();
  const href = (await first.getByRole("link").first().getAttribute("href")) ?? "";
  const id = href.split("/").at(-1) ?? "";
  await visit(page, at(href));
  await page.getByRole("link", { name: "Place a legal hold" }).click();
  await expect(page.getByLabel("Transactions")).toHaveValue(id);
  await page.keyboard.press("Escape");
  await rail(page).getByRole("link", { name: "Legal holds" }).click();
  await visit(page, at("/audit/holds"));
  await pressOn(page.getByRole("button", { name: "Place a legal hold" }));
  const send = page.getByRole("button", { name: "Place hold" });
  await pressOn(send);
  await expect(page.getByLabel("Transactions")).toBeFocused();
  await page.getByLabel("Transactions").fill("j".repeat(201));
  await expect(
    page.getByText("One of these is not a transaction number or a job name.").first(),
  ).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByLabel("Transactions").fill(id);
  await page.getByLabel("Reason").fill("Examination MSO 7-2231/26");
  await pressOn(send);
  await expect(page.getByRole("status").filter({ hasText: "Hold in force until" })).toBeVisible();
  await pressOn(page.getByRole("button", { name: "Done" }));
  const row = page.getByRole("table", { name: "Your organisation’s holds" }).getByRole("row").nth(1);
  await expect(row).toContainText("In force");
  await expect(row).toContainText("Examination MSO 7-2231/26");
  await page.goto(at(href), { waitUntil: "load" });
  await expect(page.getByRole("link", { name: /^until .* 20\d\d, / })).toBeVisible();
  await visit(page, at("/audit/holds"));
  await row.getByRole("button", { name: /^Renew/ }).press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Renew hold" }).press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();

  const auditor = await signedIn(browser, "auditor-001", DESKTOP);
  await auditor.page.goto(at("/audit/holds"), { waitUntil: "load" });
  await expect(auditor.page.getByText("No holds yet")).toBeVisible();

  await row.getByRole("button", { name: /^Release/ }).press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Reason")).toBeFocused();
  await dialog.getByRole("button", { name: "Release hold" }).press("Enter");
  await expect(dialog.getByText("Enter the reason")).toBeVisible();
  await dialog.getByLabel("Reason").fill("The examination is over");
  await dialog.getByRole("button", { name: "Release hold" }).press("Enter");
  await expect(dialog).toBeHidden();
  await expect(row).toContainText("Released");
  expect(await axeFindings(page)).toEqual([]);
  expect(faults()).toEqual([]);
  for (const one of [page, auditor.page]) await one.context().close();
});

const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  "client-456": ["/audit/erasures", "/audit/suspicions", "/audit/retention", "/audit/holds"],
  "auditor-001": ["/audit/erasures", "/audit/suspicions"],
  "regulator-001": ["/audit/erasures", "/audit/suspicions"],
  "coordinator-001:approve": ["/audit/erasures", "/audit/suspicions"],
  "coordinator-001:privacy": ["/audit/suspicions"],
};
for (const [handle, addresses] of Object.entries(WITHOUT)) {
  test(`${handle} has no navigation entry and no page outside their duties${deepUnless(handle, "coordinator-001:approve")}`, async ({
    browser,
  }) => {
    const { page } = await signedIn(browser, handle, DESKTOP);
    for (const address of addresses) {
      await page.goto(at(address), { waitUntil: "load" });
      await expect(heading(page)).toHaveText("You do not have access to this");
      await expect(rail(page).locator(`a[href="${address}"]`)).toHaveCount(0);
      await expect(page.getByRole("main")).not.toContainText(/client-123|Marta|threshold/);
    }
    await page.context().close();
  });
}

test("the trust page names the witnesses: self-witnessed here, unwitnessed without the witness @deep", async ({
  browser,
}) => {
  const keys = await people(demo()).auditor.get("/confidential/audit/keys");
  const [witness] = keys.json.witnesses as { vkey: string }[];
  const name = witness?.vkey.split("+")[0] ?? "no witness";
  const { page, faults } = await openPage(browser, DESKTOP);
  await page.goto(at("/trust"), { waitUntil: "load" });
  const section = page.getByRole("region", { name: "Who confirms this log" });
  await expect(section).toContainText("Self-witnessed");
  await expect(section.getByRole("table", { name: "Witnesses" })).toContainText(name);
  await expect(section.getByRole("table", { name: "Witnesses" })).toContainText("the operator’s own");
  await expect(section.getByRole("table", { name: "Witnesses" })).toContainText(/\d+ \w+ ago/);
  await expect(section).toContainText(
    "a checkpoint needs 1 cosignature of the operator’s own witness. It does not need independent witnesses.",
  );
  await expect(section).toContainText("No time-stamp authority is set up.");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axeFindings(page)).toEqual([]);
  }
  const german = await openPage(browser, { ...DESKTOP, locale: "de-DE" });
  await german.page.goto(at("/trust"), { waitUntil: "load" });
  await expect(german.page.getByRole("region", { name: "Wer dieses Protokoll bestätigt" })).toContainText(
    "Selbst bezeugt",
  );
  const none =
    "UPDATE audit_checkpoint SET witnesses = '[]' WHERE size = (SELECT max(size) FROM audit_checkpoint)";
  await expect(async () => {
    await pastTriggers(["audit_checkpoint"], [none]);
    await page.goto(at("/trust"), { waitUntil: "load" });
    await expect(section).toContainText("Unwitnessed", { timeout: 1_000 });
  }).toPass();
  await expect(section).toContainText("Only the operator has signed it.");
  expect(faults()).toEqual([]);
  for (const one of [page, german.page]) await one.context().close();
});

test("an entry names its checkpoint, witnesses and stamp, and gives both calls @deep", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  const vouchers = page.getByRole("region", { name: "Who signed and witnessed the log" });
  // The newest checkpoint may wait for the witness: another test may have stopped it, or removed its cosignature.
  await expect(async () => {
    await visit(page, at("/audit?entry=3"));
    await expect(vouchers).toContainText("Own witness", { timeout: 1_000 });
  }).toPass();
  await expect(vouchers).toContainText(/covers [\d,]+ entries, published/);
  await expect(vouchers).toContainText("None: no time-stamp authority has confirmed the time.");
  await expect(page.getByRole("region", { name: "The entry", exact: true })).toContainText(
    '"$BASE/confidential/audit/events/3"',
  );
  await expect(page.getByRole("region", { name: "Its proof" })).toContainText(
    '"$BASE/confidential/audit/events/3/proof"',
  );
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("by keyboard an actor outside the visible rows is found; an unknown name finds no one @deep", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  await visit(page, at("/audit?action=tenant.create"));
  await pressOn(page.getByRole("button", { name: "Find an actor" }));
  const dialog = page.getByRole("dialog", { name: "Find an actor" });
  await expect(dialog.getByLabel("Name or pseudonym")).toBeFocused();
  await page.keyboard.type("keller");
  await page.keyboard.press("Enter");
  const choice = dialog.getByRole("button", { name: /^Show entries of Mara Keller/ });
  await expect(choice).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await pressOn(choice);
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel("Actor", { exact: true }).locator("option:checked")).toHaveText("Mara Keller");
  await page.getByLabel("Action", { exact: true }).selectOption("");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.waitForURL(/actor=[\w-]+/);
  await expect(page.getByLabel("Actor", { exact: true }).locator("option:checked")).toHaveText("Mara Keller");
  await expect(page.getByRole("table", { name: /^Entries of the log/ })).toContainText("Mara Keller");
  expect(faults()).toEqual([]);
  const officer = await signedIn(browser, "regulator-001", DESKTOP);
  await visit(officer.page, at("/audit"));
  await officer.page.getByRole("button", { name: "Find an actor" }).click();
  await officer.page.getByLabel("Name or pseudonym").fill("keller");
  await officer.page.getByRole("button", { name: "Find", exact: true }).click();
  await expect(officer.page.getByText("No one found.")).toBeVisible();
  for (const one of [page, officer.page]) await one.context().close();
});

import { type Browser, expect, type Page, test } from "@playwright/test";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { type Answer, type Demo, people, readDemo } from "../support/api";
import { countSteps } from "../support/count-steps";
import { visit } from "../support/page";
import { signedIn } from "../support/signed-in";
import { canaries, decide, fileRequest, orderFacts, submitTransaction } from "../support/steps";
import { pictures } from "../support/take-pictures";
import { expectWhole } from "../support/whole";

// Rules are changed under four eyes, on an instance of its own: a rule in force would refuse the openings of other stories.
test.describe.configure({ mode: "serial", timeout: 600_000 });
test.use({ actionTimeout: 60_000 });

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const DAY_MS = 86_400_000;
const PATIENCE = { timeout: 120_000 };
const RULE = "auditors-week";
const WEEK = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

let instance: RunningInstance;
let demo: Demo;
/** Opens the auditor's record under their grant. */
let opening: () => Promise<Answer>;

const at = (address: string): string => new URL(address, demo.base_url).href;
const dialog = (page: Page) => page.getByRole("dialog");
const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const dayFrom = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

const weekday = (days: number): string => WEEK[new Date(Date.now() + days * DAY_MS).getUTCDay()] ?? "";

async function open(browser: Browser, who: string, path: string): Promise<Page> {
  const { page } = await signedIn(browser, `coordinator-001:${who}`, DESKTOP, demo);
  await visit(page, at(path));
  return page;
}

/** Presses a button and the button of its dialog. */
async function act(
  page: Page,
  label: string,
  yes: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<void> {
  await page.getByRole("button", { name: label, exact: true }).click();
  for (const [name, text] of Object.entries(fields)) await dialog(page).getByLabel(name).fill(text);
  await dialog(page).getByRole("button", { name: yes, exact: true }).click();
  await expect(dialog(page)).toHaveCount(0, PATIENCE);
}

async function beginDraft(page: Page, title: string): Promise<void> {
  await visit(page, at("/policies"));
  await act(page, "Change the rules", "Begin the draft", {
    Title: title,
    Reason: "Finding 7 of the internal audit.",
  });
  await expect(heading(page)).toHaveText(new RegExp(`^Draft \\d+: ${title}$`), PATIENCE);
  await page.getByRole("link", { name: "Add a rule" }).click();
  await expect(heading(page)).toHaveText("New rule", PATIENCE);
}

async function addExample(
  page: Page,
  name: string,
  expected: "Allowed" | "Refused",
  day: string,
): Promise<void> {
  await page.getByRole("button", { name: "Add an example" }).click();
  await dialog(page).getByLabel("What it shows").fill(name);
  await dialog(page).getByRole("radio", { name: expected }).check();
  await dialog(page).getByLabel("Date").fill(day);
  // Of three days before the one that stays open.
  await dialog(page)
    .getByLabel("Day of the week")
    .selectOption({ label: weekday(0) });
  await dialog(page).getByLabel("Hours of the organisation").selectOption("open");
  await dialog(page).getByRole("button", { name: "Use this example" }).click();
  await expect(dialog(page)).toHaveCount(0);
}

async function addClientExample(
  page: Page,
  name: string,
  expected: "Allowed" | "Refused",
  purpose: "reporting" | "audit",
): Promise<void> {
  await page.getByRole("button", { name: "Add an example" }).click();
  await dialog(page).getByLabel("What it shows").fill(name);
  await dialog(page).getByRole("radio", { name: expected }).check();
  await dialog(page).getByLabel("Role").selectOption("client");
  await dialog(page).getByLabel("On what basis").selectOption("party");
  await dialog(page).getByLabel("Purpose").selectOption(purpose);
  await dialog(page).getByRole("button", { name: "Use this example" }).click();
  await expect(dialog(page)).toHaveCount(0);
}

async function dryRun(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start the dry run" }).click();
  await expect(page.getByRole("heading", { level: 3, name: /^(No one|Someone) gains/ })).toBeVisible({
    timeout: 300_000,
  });
}

test.beforeAll(async () => {
  instance = await startInstance({});
  demo = readDemo(instance.dataDir);
  const who = people(demo);
  const id = await submitTransaction(who.client456, canaries());
  const facts = orderFacts();
  const requestId = await fileRequest(who.auditor, id, facts, { fields: ["amount"] });
  expect((await decide(who.legal, requestId, "legal", facts)).status).toBe(200);
  expect((await decide(who.coordinator, requestId, "coordinator", facts)).status).toBe(200);
  const { json } = await who.auditor.get("/confidential/access/grants");
  const grants = Array.isArray(json.items) ? json.items : [];
  const grant_id = String(grants.find((grant) => grant.request_id === requestId)?.id);
  opening = () => who.auditor.post(`/confidential/transactions/${id}/audit`, { purpose: "audit", grant_id });
});
test.afterAll(() => instance?.stop());

test("an officer narrows auditors' hours, and after a second person has agreed an opening is refused by that rule", async ({
  browser,
}) => {
  expect((await opening()).status).toBe(200);
  const officer = await open(browser, "compliance", "/policies");
  await expect(
    officer.getByRole("row", { name: /^Auditors .* may open transactions .*under a grant/ }),
  ).toBeVisible();
  await expectWhole(officer);
  await pictures(officer, "policies");
  await officer.getByRole("link", { name: "Cedar text" }).click();
  await expect(
    officer.getByText('permit(principal in Role::"auditor"', { exact: false }).first(),
  ).toBeVisible();

  const steps = await countSteps(officer);
  await beginDraft(officer, "Auditors once a week");
  await officer.getByLabel("Name of the rule").fill(RULE);
  await officer.getByRole("radio", { name: "may not", exact: true }).check();
  await officer.getByRole("checkbox", { name: "Auditor" }).check();
  await officer.getByRole("checkbox", { name: "Within hours of the week" }).check();
  // Three days ahead: this is not today in any zone.
  const openDay = weekday(3);
  for (const day of WEEK) await officer.getByRole("checkbox", { name: day }).setChecked(day === openDay);
  await officer.getByLabel("First day").fill(dayFrom(-2));
  await officer.getByLabel("Last day").fill(dayFrom(30));
  await expect(
    officer.getByText(`Auditors may not open transactions outside ${openDay}`, { exact: false }),
  ).toBeVisible();
  await addExample(officer, "Before these weeks nothing changes", "Allowed", "2026-06-03");
  await addExample(officer, "In these weeks other days are closed", "Refused", dayFrom(30));
  await expectWhole(officer);
  await pictures(officer, "policy-rule");
  await officer.getByRole("button", { name: "Save the rule" }).click();
  const written = await steps();
  await expect(heading(officer)).toHaveText("Draft 2: Auditors once a week", PATIENCE);
  await expect(officer.getByText("Added", { exact: true })).toBeVisible();

  await dryRun(officer);
  await expect(officer.getByRole("heading", { level: 3, name: "No one gains" })).toBeVisible();
  await expect(officer.getByRole("table", { name: "Who loses" })).toContainText(RULE);
  await expectWhole(officer);
  await pictures(officer, "policy-dry-run");
  await act(officer, "Submit for agreement", "Submit");
  await expect(officer.getByText("Waits for a person with the approvals duty.")).toBeVisible(PATIENCE);
  // The rule with its two examples; then the dry run, one press, and the way to the second person, two.
  expect(written).toBeLessThanOrEqual(34);
  expect((await steps()) - written).toBe(3);

  const decider = await open(browser, "approve", "/policies");
  await decider.getByRole("link", { name: "View Version 2" }).click();
  await expect(decider.getByRole("heading", { name: "Your agreement" })).toBeVisible(PATIENCE);
  await expectWhole(decider);
  await pictures(decider, "policy-agreement");
  const agreeing = await countSteps(decider);
  await decider.keyboard.press("a");
  await dialog(decider).getByLabel("Reason, kept with the version").fill("Agreed with finding 7.");
  await dialog(decider).getByRole("button", { name: "Agree", exact: true }).click();
  await expect(
    decider
      .getByText("The version can", { exact: false })
      .or(decider.getByRole("button", { name: "Put in force now" }))
      .first(),
  ).toBeVisible(PATIENCE);
  await act(decider, "Put in force now", "Put in force");
  await expect(decider.getByText("It is in force.", { exact: false })).toBeVisible(PATIENCE);
  expect(await agreeing()).toBe(5);

  const refused = await opening();
  expect([refused.status, refused.json.code, refused.json.reason]).toEqual([
    403,
    "access.policy",
    `policy.${RULE}`,
  ]);
});

test("a change that gives access shows a case and takes legal review as well, and one person brings the version before back", async ({
  browser,
}) => {
  const officer = await open(browser, "compliance", "/policies");
  await beginDraft(officer, "Clients report on their transactions");
  await officer.getByLabel("Name of the rule").fill("client-reporting");
  await officer.getByRole("checkbox", { name: "Client" }).check();
  await officer.getByRole("radio", { name: "Own transactions of a party" }).check();
  await officer.getByRole("checkbox", { name: "Reporting" }).check();
  await addClientExample(officer, "Clients report", "Allowed", "reporting");
  await addClientExample(officer, "Clients audit nothing", "Refused", "audit");
  await officer.getByRole("button", { name: "As Cedar text" }).click();
  await expect(officer.getByText("The draft is valid with this text", { exact: false })).toBeVisible(
    PATIENCE,
  );
  const text = officer.getByLabel("Cedar text");
  const written = await text.inputValue();
  await text.fill(written.replace("context.isParty", "context.isPary"));
  const fault = officer.getByRole("button", { name: /^Line 2, column \d+/ });
  await expect(fault).toBeVisible(PATIENCE);
  await fault.press("Enter");
  await expect(text).toBeFocused();
  await pictures(officer, "policy-text");
  await text.fill(written);
  await expect(officer.getByText("The draft is valid with this text", { exact: false })).toBeVisible(
    PATIENCE,
  );
  await officer.getByRole("button", { name: "Save the rule" }).click();
  await expect(heading(officer)).toHaveText("Draft 3: Clients report on their transactions", PATIENCE);

  await dryRun(officer);
  await expect(officer.getByRole("heading", { level: 3, name: "Someone gains" })).toBeVisible();
  await expect(officer.getByText("The solver found a counterexample")).toBeVisible();
  await expect(officer.getByText(/A client could see .* for reporting/)).toBeVisible();
  await expect(officer.getByRole("table", { name: "Who gains" })).toContainText("client-reporting");
  await expectWhole(officer);
  await pictures(officer, "policy-gain");
  await act(officer, "Change title and reason", "Save", {
    Title: "Clients report on their own transactions",
  });
  await expect(heading(officer)).toHaveText("Draft 3: Clients report on their own transactions", PATIENCE);
  await act(officer, "Submit for agreement", "Submit");
  await expect(officer.getByText("Waits for a person with the legal review duty.")).toBeVisible(PATIENCE);

  const why = { "Reason, kept with the version": "Clients report to their auditors." };
  const decider = await open(browser, "approve", "/policies/3");
  await act(decider, "Agree", "Agree", why);
  await expect(decider.getByRole("button", { name: "Put in force now" })).toHaveCount(0);
  const lawyer = await open(browser, "legal", "/policies/3");
  await act(lawyer, "Agree", "Agree", why);
  await act(lawyer, "Put in force now", "Put in force");
  await expect(lawyer.getByText("It is in force.", { exact: false })).toBeVisible(PATIENCE);

  const tried = await open(browser, "compliance", "/policies/simulate");
  await tried.getByLabel("Role").selectOption("client");
  await tried.getByLabel("On what basis").selectOption("party");
  await tried.getByLabel("Purpose").selectOption("reporting");
  await tried.getByRole("button", { name: "Try it" }).click();
  await expect(tried.getByText("Allowed", { exact: true })).toBeVisible(PATIENCE);
  await expect(tried.getByText("client-reporting")).toBeVisible();
  await tried.getByLabel("Purpose").selectOption("audit");
  await tried.getByRole("button", { name: "Try it" }).click();
  await expect(tried.getByText("Purpose: Reporting")).toBeVisible(PATIENCE);
  await expectWhole(tried);
  await pictures(tried, "policy-simulate");

  const back = await open(browser, "approve", "/policies/2");
  await back.getByRole("button", { name: "Start it again" }).click();
  await expect(back.getByRole("button", { name: "Go back to version 2" })).toBeVisible({ timeout: 300_000 });
  await act(back, "Go back to version 2", "Go back", { Reason: "Clients used it for other things." });
  await expect(back.getByText("It is in force.", { exact: false })).toBeVisible(PATIENCE);
  await visit(back, at("/policies"));
  await expect(back.getByText("rolled back", { exact: false }).first()).toBeVisible();
  await pictures(back, "policies-after");
});

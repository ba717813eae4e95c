import { type Browser, expect, test } from "@playwright/test";
import { ALL_HOURS, type WeeklyHours } from "@/lib/organisations/hours";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { type Answer, type Caller, caller, type Demo, people, readDemo } from "../support/api";
import { axeFindings } from "../support/axe";
import { visit } from "../support/page";
import { accountOf } from "../support/sign-in";
import { signedIn } from "../support/signed-in";
import { canaries, decide, fileRequest, orderFacts, submitTransaction, text } from "../support/steps";

// An administrator sets when an organisation is open, on its own instance. Other roles cannot find the page.
test.describe.configure({ mode: "serial", timeout: 300_000 });
test.use({ actionTimeout: 60_000 });

const PATIENCE = { timeout: 90_000 };

let instance: RunningInstance;
let demo: Demo;
const at = (address: string) => new URL(address, demo.base_url).href;
const open = (browser: Browser, handle: string) =>
  signedIn(browser, handle, { viewport: { width: 1440, height: 900 } }, demo);

test.beforeAll(async () => {
  instance = await startInstance({});
  demo = readDemo(instance.dataDir);
});
test.afterAll(() => instance?.stop());

test("an administrator sets hours over midnight and holidays of a region, and reads the current status", async ({
  browser,
}) => {
  const { page } = await open(browser, "coordinator-001:admin");
  await visit(page, at("/"));
  await page.getByRole("link", { name: "Organisations", exact: true }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Organisations" })).toBeVisible(PATIENCE);
  expect(await axeFindings(page)).toEqual([]);
  const row = page.getByRole("row").filter({ hasText: "own hours" }).first();
  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 2, name: "Office hours" })).toBeVisible(PATIENCE);
  expect(await axeFindings(page)).toEqual([]);
  const change = page.getByRole("button", { name: "Change office hours" });
  await change.click();
  const monday = page.getByLabel("Monday");
  await monday.fill("nine to five");
  await page.getByRole("button", { name: "Save hours" }).click();
  await expect(monday).toHaveAccessibleDescription(/Enter hours such as 09:00–17:00/);
  await monday.fill("22:00-06:00");
  await page.getByLabel("Public holidays of").fill("de");
  await page.getByLabel("State or region").fill("BE");
  await page.getByLabel("Also closed on").fill("2027-12-27");
  await page.getByRole("button", { name: "Save hours" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0, PATIENCE);
  await expect(page.getByText("22:00–06:00")).toBeVisible(PATIENCE);
  await expect(page.getByText("Germany, BE")).toBeVisible();
  await expect(page.getByText(/Public holidays are calculated until 31 Dec \d{4}/)).toBeVisible(PATIENCE);
  await expect(page.getByText("27 Dec 2027", { exact: false }).first()).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await change.click();
  await page.getByLabel("Time zone").fill("Mars/Base");
  await page.getByRole("button", { name: "Save hours" }).click();
  await expect(page.getByLabel("Time zone")).toHaveAttribute("aria-invalid", "true", PATIENCE);
  await expect(page.getByLabel("Time zone")).toHaveValue("Mars/Base");
});

test("the wrong role finds neither the navigation entry nor the page @deep", async ({ browser }) => {
  const { page } = await open(browser, "coordinator-001:approve");
  await visit(page, at("/"));
  await expect(page.getByRole("link", { name: "Organisations", exact: true })).toHaveCount(0);
  await page.goto(at("/organisations"));
  await expect(page.getByRole("heading", { level: 1, name: "You do not have access to this" })).toBeVisible(
    PATIENCE,
  );
});

const DAY_MS = 86_400_000;

/** Sets an agency's hours in UTC. */
async function setHours(admin: Caller, name: string, weekly_hours: WeeklyHours): Promise<void> {
  const { json } = await admin.get("/confidential/admin/organisations?limit=100");
  const items = Array.isArray(json.items) ? json.items : [];
  const id = String(items.find((item) => item.name === name)?.id);
  const body = { zone: "UTC", weekly_hours, holiday_region: null, closed_dates: [], open_dates: [] };
  const set = await admin.send(`/confidential/admin/organisations/${id}/hours`, {
    method: "PUT",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  expect(set.status, set.text).toBe(200);
}

/** Sets an agency's hours so that it is open for one hour in two days, and not before. */
async function closeUntilThen(admin: Caller, name: string): Promise<string> {
  const then = new Date(Date.now() + 2 * DAY_MS);
  const weekday = then.getUTCDay() === 0 ? 7 : then.getUTCDay();
  await setHours(admin, name, { [weekday]: ["10:00", "11:00"] });
  return `${then.toISOString().slice(0, 10)}T10:00:00.000Z`;
}

test("no field opens outside office hours: under an order a reason is accepted, under an audit mandate it is not @deep", async () => {
  const who = people(demo);
  const admin = caller(demo.base_url, accountOf("coordinator-001:admin", demo).api_key);
  const officers = [
    { officer: who.regulator, agency: "Settlement Markets Authority", kind: "court_order" },
    { officer: who.auditor, agency: "Prüfverband Mitte", kind: "audit_mandate" },
  ];
  for (const { officer, agency, kind } of officers) {
    // Whatever day and hour the test runs at.
    await setHours(admin, agency, ALL_HOURS);
    const id = await submitTransaction(who.client456, canaries());
    const facts = { ...orderFacts(), kind };
    const requestId = await fileRequest(officer, id, facts, { fields: ["amount"] });
    expect((await decide(who.legal, requestId, "legal", facts)).status).toBe(200);
    expect((await decide(who.coordinator, requestId, "coordinator", facts)).status).toBe(200);
    const { json } = await officer.get("/confidential/access/grants");
    const grants = Array.isArray(json.items) ? json.items : [];
    const grant_id = String(grants.find((grant) => grant.request_id === requestId)?.id);
    const opened = (more: object = {}): Promise<Answer> =>
      officer.post(`/confidential/transactions/${id}/audit`, { purpose: "audit", grant_id, ...more });
    expect((await opened()).status).toBe(200);

    const next = await closeUntilThen(admin, agency);
    const late = await opened();
    expect([late.status, late.json.code, late.json.reason]).toEqual([
      403,
      "access.outside-hours",
      "default.hours",
    ]);
    expect(late.json.next_possible_at).toBe(next);
    const byReason = await opened({ hours_override: { reason: "The court asks for it tonight." } });
    expect(byReason.status, byReason.text).toBe(kind === "court_order" ? 200 : 403);
    if (kind === "court_order") expect(text(byReason, "access_id")).not.toBe("");
  }
});

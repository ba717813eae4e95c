import { type Browser, expect, type Page, test } from "@playwright/test";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { at, file, newOrder, type Order, open, read } from "../support/deciding";
import { demo } from "../support/instance";
import { enterOn } from "../support/keyboard";
import { openFields } from "../support/opening";
import { escalate, makeOverdue } from "../support/overdue";
import { signedIn } from "../support/signed-in";
import { text } from "../support/steps";
import { pictures } from "../support/take-pictures";

// An overdue request is not a denial: two executives release it, and coordinators cannot stop them.

const FIRST = "coordinator-001:executive";
const SECOND = "coordinator-001:executive-2";
const HOLDER = "regulator-001";

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
});

async function pageOf(browser: Browser, handle: string, path: string) {
  const watched = await signedIn(browser, handle);
  await watched.page.goto(at(path));
  return watched;
}

const places = (page: Page) => page.getByRole("navigation", { name: "Places" }).first();

/** Reads the order, gives a reason, and signs in the dialog that shows exactly what is signed. */
async function sign(page: Page, order: Order): Promise<void> {
  const act = page.getByRole("button", { name: "Release", exact: true });
  await expect(act).toBeDisabled();
  await expect(page.getByText("Retype the order’s four facts.")).toBeVisible();
  await read(page, order);
  await enterOn(page, act);
  await expect(page.getByText("Enter the reason")).toBeVisible();
  await page.getByLabel("Reason, seen by the requester and the reviewers").fill("The order stands");
  await enterOn(page, act);
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("The order stands")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "release-sign");
  await enterOn(page, dialog.getByRole("button", { name: "Release", exact: true }));
  await expect(dialog).toHaveCount(0);
}

test("an overdue request goes to the executives, two of them release it by keyboard, and the regulator opens it", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const who = people(demo());
  const order = newOrder();
  const id = await file(order);
  const path = `/confidential/access/requests/${id}`;
  // It is not escalated yet: an executive cannot see it, and reads the same as for an unknown id.
  for (const one of [path, `${path}/releases`]) expect((await who.executive.get(one)).status, one).toBe(404);
  await makeOverdue(id);
  expect((await who.executive.get(path)).status).toBe(404);
  await escalate(id);
  const reference = text(await who.regulator.get(path), "reference");

  const one = await pageOf(browser, FIRST, "/");
  await expect(one.page.getByRole("listitem").filter({ hasText: reference })).toContainText("is overdue");
  await enterOn(one.page, places(one.page).getByRole("link", { name: "Releases", exact: true }));
  const row = one.page.getByRole("row").filter({ hasText: reference });
  await expect(row).toContainText("Not proposed");
  await expect(row).toContainText(/4 days overdue/);
  expect(await axeFindings(one.page)).toEqual([]);
  await pictures(one.page, "releases");
  await enterOn(one.page, row.getByRole("link", { name: /^Propose/ }));
  await enterOn(one.page, one.page.getByRole("button", { name: "Propose terms" }));
  const terms = one.page.getByRole("dialog", { name: "Propose terms" });
  await enterOn(one.page, terms.getByRole("button", { name: "Propose terms" }));
  await expect(terms.getByText("Enter the reason")).toBeVisible();
  await terms.getByLabel("Reason for the release").fill("was not answered in time");
  await pictures(one.page, "release-propose");
  await enterOn(one.page, terms.getByRole("button", { name: "Propose terms" }));
  await expect(one.page.getByText("Terms waiting for two signatures")).toBeVisible();
  await pictures(one.page, "release-panel");
  await sign(one.page, order);
  await expect(one.page.getByText("You have signed. Another executive must sign too.")).toBeVisible();

  // While it waits, neither a decision nor the end of its order can change it.
  const denial = { stage: "legal", decision: "deny", comment: "Too late" };
  expect((await who.legal.post(`${path}/decisions`, denial)).status).toBe(409);
  expect(text(await who.legal.get(path), "state")).toBe("overdue");

  const two = await pageOf(browser, SECOND, "/releases");
  const waiting = two.page.getByRole("row").filter({ hasText: reference });
  await expect(waiting).toContainText("Signed by one of two");
  await enterOn(two.page, waiting.getByRole("link", { name: /^Sign/ }));
  await expect(two.page.getByText("Signed by Henrike Storm")).toBeVisible();
  await sign(two.page, order);
  await expect(two.page.getByText("Two executives have signed the release.")).toBeVisible();
  await pictures(two.page, "release-done");

  const officer = await open(browser, HOLDER, id);
  await officer.page.getByRole("link", { name: "View grant" }).first().click();
  await expect(officer.page.getByText("Henrike Storm, Arne Falk")).toBeVisible();
  const grantId = new URL(officer.page.url()).pathname.split("/").at(-1) ?? "";
  await officer.page.getByRole("main").getByRole("link", { name: "job-123" }).first().click();
  await openFields(officer.page);
  await expect(officer.page.getByText("1,000 USD")).toBeVisible();

  // A reviewer has no act for it. An executive ends it with a signature, and the open page goes blank.
  const reviewer = await pageOf(browser, "coordinator-001:approve", `/grants/${grantId}`);
  await expect(reviewer.page.getByRole("heading", { level: 1 })).toContainText("Access to");
  await expect(reviewer.page.getByRole("button", { name: /Revoke|End release/ })).toHaveCount(0);
  const revoked = await who.coordinator.post(`/confidential/access/grants/${grantId}/revoke`, {
    reason: "No",
  });
  expect(revoked.status).toBe(403);
  await two.page.getByRole("link", { name: "View grant" }).first().click();
  await two.page.getByRole("button", { name: "End release" }).click();
  const dialog = two.page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("The court has set it aside");
  await dialog.getByRole("button", { name: "Sign and end release" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(officer.page.getByText("1,000 USD")).toHaveCount(0);
  expect([one, two, officer, reviewer].flatMap(({ faults }) => faults())).toEqual([]);
});

test("only executives see the desk and its acts, by page and by API @deep", async ({ browser }) => {
  const who = people(demo());
  const id = await file(newOrder());
  for (const handle of ["coordinator-001:legal", "coordinator-001:break-glass", HOLDER, "client-456"]) {
    const { page } = await pageOf(browser, handle, "/releases");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("You do not have access to this");
    await expect(places(page).getByRole("link", { name: "Releases", exact: true })).toHaveCount(0);
    await page.context().close();
  }
  const releases = `/confidential/access/requests/${id}/releases`;
  for (const caller of [who.legal, who.coordinator, who.glassHolder, who.regulator, who.auditor]) {
    expect((await caller.get("/confidential/access/releases")).status).toBe(403);
    expect((await caller.get(releases)).status).toBe(403);
    expect((await caller.post(releases, { reason: "Mine" })).status).toBe(403);
  }
  const { page } = await pageOf(browser, FIRST, `/requests/${id}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/not (here|found|exist)|nothing/i);
});

import { expect, test } from "@playwright/test";
import { people } from "../support/api";
import {
  APPROVER,
  at,
  closeContexts,
  DAY_MS,
  dayOf,
  file,
  LEGAL,
  newOrder,
  open,
  panel,
  passLegal,
  read,
  SECOND,
} from "../support/deciding";
import { demo } from "../support/instance";
import { withoutStream } from "../support/page";

// What a decider types: facts that differ, and no text lost or left behind when another person decided first, a connection broke, or
// another person uses the window.

test.afterEach(closeContexts);

test("retyped facts that differ cannot be approved, and two sets that differ are shown when both are made", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  const { page } = await open(browser, LEGAL, id);
  await read(page, { ...order, case_number: "MSO 9-999/26" });
  await expect(panel(page).getByText("Differs", { exact: true })).toBeAttached();
  await expect(page.getByRole("button", { name: "Approve as requested" })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Narrow", exact: true })).toBeDisabled();
  await expect(panel(page).getByText("Ask the requester, or deny")).toBeVisible();

  const shorter = { ...newOrder(), valid_until: dayOf(10) };
  const other = await file(shorter, { valid_until: dayOf(20) });
  const confirms = { ...shorter };
  const until = `${new Date(Date.parse(shorter.valid_until) + DAY_MS).toISOString().slice(0, 19)}Z`;
  const { legal } = people(demo());
  const body = { stage: "legal", decision: "approve", comment: "Until its end", confirms, until };
  expect((await legal.post(`/confidential/access/requests/${other}/decisions`, body)).status).toBe(200);
  const { page: second } = await open(browser, SECOND, other);
  expect(await second.content()).not.toContain(`read ${shorter.valid_until}`);
  await read(second, { ...shorter, valid_until: dayOf(20) });
  await second.getByLabel("Reason, seen by the requester").fill("As typed");
  await second.getByRole("button", { name: "Approve as narrowed by Lena Hartmann" }).click();
  await expect(
    second.getByText("The retyped facts do not match, so the decision was not recorded."),
  ).toBeVisible();
  await expect(second.getByText("The first approver typed", { exact: false })).toBeVisible();
});

test("of two tabs one decides, and the other names the first decider and loses no typed text @deep", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  const { page: one } = await open(browser, LEGAL, id);
  const two = await one.context().newPage();
  // This tab gets no change, as if its connection hangs.
  await withoutStream(two);
  await two.goto(at(`/requests/${id}`));
  await read(two, order);
  await two.getByLabel("Reason, seen by the requester").fill("Second tab");
  await one.getByLabel("Reason, seen by the requester").fill("No basis");
  await one.getByLabel("Reason, seen by the requester").press("Escape");
  await one.keyboard.press("d");
  await one.getByRole("dialog").getByRole("button", { name: "Deny", exact: true }).click();
  await expect(one.getByRole("dialog").getByText("Denied", { exact: true }).first()).toBeVisible();

  await two.getByRole("button", { name: "Approve as requested" }).click();
  await expect(two.getByText("Another person acted first. Your action was not carried out.")).toBeVisible();
  await expect(two.getByText("Lena Hartmann denied on", { exact: false })).toBeVisible();
  // No button that decides is left; the typed text can still be read.
  const late = two.getByRole("dialog");
  await expect(late.getByRole("button", { name: "Approve", exact: true })).toHaveCount(0);
  await expect(late.getByRole("button", { name: "Close", exact: true }).last()).toBeVisible();
  await expect(late.getByText("Second tab")).toBeVisible();
  await two.getByRole("button", { name: "View current status" }).click();
  await expect(panel(two).getByText("No stage is waiting for a decision.")).toBeVisible();
  await expect(panel(two).getByText("Second tab")).toBeVisible();
  await panel(two).getByRole("button", { name: "Discard my entries" }).click();
  await expect(panel(two).getByText("Second tab")).toHaveCount(0);

  // Back after a decision leads to the current request, not to a form that decides again.
  await one.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).last().click();
  await one.goto(at("/requests"));
  await one.goBack();
  await expect(panel(one).getByText("No stage is waiting for a decision.")).toBeVisible();
});

test("a page that receives the other's decision keeps the typed text and names the first decider @deep", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  const { page } = await open(browser, LEGAL, id);
  await read(page, order);
  await page.getByLabel("Reason, seen by the requester").fill("Nearly done");
  await passLegal(id, order);
  const notice = panel(page).getByRole("status").filter({ hasText: "Another person acted first." });
  await expect(notice).toBeVisible();
  await expect(notice.getByText("Nearly done")).toBeVisible();
  await expect(notice.getByText(order.case_number)).toBeVisible();
  await expect(notice.getByText(/approved on/)).toBeVisible();
});

test("a lost connection loses no text: reload keeps it, and sending again decides once @deep", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  const { page } = await open(browser, LEGAL, id);
  await read(page, order);
  await page.getByLabel("Reason, seen by the requester").fill("Read and compared");
  await page.reload();
  await expect(page.getByLabel("2 Case number")).toHaveValue(order.case_number);
  await page.getByRole("button", { name: "Approve as requested" }).click();
  const dialog = page.getByRole("dialog");
  const button = dialog.getByRole("button", { name: "Approve", exact: true });
  await expect(button).toBeVisible();
  // The answer is lost on its way back: the decision is made, but the browser does not know.
  await page.route("**/decisions", async (route) => {
    await route.fetch();
    await route.abort("connectionreset");
  });
  await button.click();
  await expect(dialog.getByText("The connection was lost", { exact: false })).toBeVisible();
  await page.unroute("**/decisions");
  await button.click();
  await expect(dialog.getByText("Approved", { exact: true }).first()).toBeVisible();
  const view = await people(demo()).legal.get(`/confidential/access/requests/${id}`);
  expect(view.json).toMatchObject({ state: "stage_2" });
  expect(view.json.decisions).toHaveLength(1);
});

test("the next decider in the same window finds none of the first decider's facts @deep", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  const { page } = await open(browser, LEGAL, id);
  await read(page, order);
  await page.getByLabel("Reason, seen by the requester").fill("For my own eyes");
  const { page: other } = await open(browser, APPROVER, id);
  await passLegal(id, order);
  await page.context().clearCookies();
  await page.context().addCookies(await other.context().cookies());
  await page.goto(at(`/requests/${id}`));
  await expect(page.getByLabel("2 Case number")).toBeVisible();
  await expect(page.getByLabel("2 Case number")).toHaveValue("");
  await expect(page.getByLabel("Reason, seen by the requester")).toHaveValue("");
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain("For my own eyes");
});

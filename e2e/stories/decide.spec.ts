import { expect, test } from "@playwright/test";
import { formatTime } from "@/lib/format";
import { asSuperuser } from "../support/admin";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import {
  APPROVER,
  at,
  closeContexts,
  DAY_MS,
  dayOf,
  file,
  fileAs,
  fileWith,
  LEGAL,
  newOrder,
  open,
  panel,
  passLegal,
  read,
  SECOND,
  scope,
} from "../support/deciding";
import { dataDir, demo } from "../support/instance";
import { enterOn, tabUntil } from "../support/keyboard";
import { openPage } from "../support/page";
import { signedIn } from "../support/signed-in";
import { text } from "../support/steps";

// Two people decide on a paper order: they read it, retype it, narrow, ask, deny, and act at the same time.

test.afterEach(closeContexts);

test("two deciders approve by keyboard alone; the first set of facts stays covered; access comes into force", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  for (const handle of [LEGAL, APPROVER]) {
    const { page, faults } = await open(browser, handle, id);
    // What the officer and the first decider typed is not on the page, whatever the page does with it.
    for (const fact of [order.case_number, order.issuer]) expect(await page.content()).not.toContain(fact);
    let answers = 0;
    for (const [label, words] of [
      ["1 Issuer", order.issuer],
      ["2 Case number", order.case_number],
      ["3 Valid from", order.valid_from],
      ["4 Valid until", order.valid_until],
      ["Reason, seen by the requester", "The order was read. Nothing stands against it: a, n, d."],
    ] as const) {
      await tabUntil(page, page.getByLabel(label, { exact: true }));
      // Shortcut letters of the panel are text while a person types.
      await page.keyboard.type(words);
      answers += 1;
    }
    await expect(panel(page).getByText("Match", { exact: true })).toHaveCount(4);
    await expect(page.getByText("The file’s text layer contains all four facts")).toBeVisible();
    if (handle === APPROVER) {
      await expect(page.getByText("stay hidden until you sign", { exact: false })).toBeVisible();
    }
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("a");
    const dialog = page.getByRole("dialog", { name: /^Approve AR-/ });
    await expect(dialog.getByText("Amount, Parties, Pricing")).toBeVisible();
    await dialog.getByText("Exact text to be signed").click();
    await expect(dialog.getByText(/^sealport\/decision\/1/)).toContainText(`"request":"${id}"`);
    expect(await axeFindings(page)).toEqual([]);
    await enterOn(page, dialog.getByRole("button", { name: "Approve", exact: true }));
    await expect(dialog.getByText("Approved", { exact: true }).first()).toBeVisible();
    await enterOn(page, dialog.getByRole("button", { name: "Close", exact: true }).last());
    await expect(page.getByRole("button", { name: "Approve as requested" })).toHaveCount(0);
    // The four facts and the reason: portal-next.md allows no more.
    expect(answers).toBe(5);
    expect(faults()).toEqual([]);
  }
  const view = await people(demo()).regulator.get(`/confidential/access/requests/${id}`);
  expect(view.json.state).toBe("active");
});

test("an order that ends before the officer’s date is granted until its own end, by narrowing @deep", async ({
  browser,
}) => {
  const order = { ...newOrder(), valid_until: dayOf(10) };
  const id = await file(order, { valid_until: dayOf(14) });
  const until = `${new Date(Date.parse(order.valid_until) + DAY_MS).toISOString().slice(0, 19)}Z`;
  for (const handle of [LEGAL, APPROVER]) {
    const { page, faults } = await open(browser, handle, id);
    await read(page, order);
    await page
      .getByLabel("Reason, seen by the requester")
      .fill("The order ends then, and access ends with it.");
    if (handle === LEGAL) {
      await expect(page.getByText("The requested access would end 4 days after the order.")).toBeVisible();
      await expect(page.getByRole("button", { name: "Approve as requested" })).toBeDisabled();
      await page.getByRole("button", { name: "Narrow your grant" }).click();
      await page.getByRole("checkbox", { name: "Parties" }).uncheck();
      await page.getByLabel("Views", { exact: true }).fill("3");
      await page.getByLabel("Views", { exact: true }).press("Escape");
      await page.keyboard.press("n");
      const dialog = page.getByRole("dialog", { name: /^Narrow AR-/ });
      await expect(dialog.getByText("Amount, Pricing")).toBeVisible();
      await dialog.getByRole("button", { name: "Narrow", exact: true }).click();
      await expect(dialog.getByText("Narrowed", { exact: true }).first()).toBeVisible();
    } else {
      // The second decider still sees what the first removed, and no text says that the terms are as asked.
      await expect(panel(page).getByText("Parties", { exact: true })).toHaveCSS(
        "text-decoration-line",
        "line-through",
      );
      await expect(panel(page).getByText("removed by Lena Hartmann")).toBeVisible();
      await expect(scope(page).getByRole("columnheader", { name: "Now" })).toBeVisible();
      await expect(scope(page).getByText("lowered by Lena Hartmann")).toBeVisible();
      await expect(scope(page).getByText("shortened by Lena Hartmann")).toBeVisible();
      await expect(page.getByRole("button", { name: "Approve as requested" })).toHaveCount(0);
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole("button", { name: "Approve as narrowed by Lena Hartmann" }).click();
      const dialog = page.getByRole("dialog", { name: /^Approve AR-\S+ as narrowed by Lena Hartmann$/ });
      await dialog.getByRole("button", { name: "Approve", exact: true }).click();
      await expect(dialog.getByText("Approved", { exact: true }).first()).toBeVisible();
    }
    expect(faults()).toEqual([]);
  }
  const { regulator } = people(demo());
  const view = await regulator.get(`/confidential/access/requests/${id}`);
  const grant = await regulator.get(`/confidential/access/grants/${text(view, "grant_id")}`);
  expect(grant.json).toMatchObject({ fields: ["amount", "pricing"], not_after: until, max_views: 3 });
  expect(view.json.fields).toEqual(["amount", "pricing", "parties"]);
  const { page } = await open(browser, "regulator-001", id);
  await expect(page.getByRole("heading", { name: "Requested and granted" })).toBeVisible();
  await expect(page.getByText("Legal review: narrowed by Lena Hartmann")).toBeVisible();
  await expect(scope(page).getByText("removed by Lena Hartmann")).toBeVisible();
  const asked = scope(page).getByRole("row", { name: /^Fields/ });
  await expect(asked.getByRole("cell")).toContainText(["Amount, Pricing, Parties", "Amount, Pricing"]);
});

test("what was removed stays on the officer’s page after a denial, which leads to a new request @deep", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  await passLegal(id, order, { scope: { fields: ["amount", "pricing"] } });
  const body = { stage: "coordinator", decision: "deny", comment: "The annex is missing." };
  const { coordinator, legal } = people(demo());
  expect((await coordinator.post(`/confidential/access/requests/${id}/decisions`, body)).status).toBe(200);
  const word = "It was on page two.";
  await legal.post(`/confidential/access/requests/${id}/comments`, { comment: word });

  const { page, faults } = await open(browser, "regulator-001", id);
  await expect(scope(page).getByRole("columnheader", { name: "Remaining at the end" })).toBeVisible();
  await expect(scope(page).getByText("removed by Lena Hartmann")).toBeVisible();
  await expect(page.getByRole("region", { name: /^Comments/ }).getByText(word)).toBeVisible();
  await expect(panel(page).getByText("Missing information", { exact: true })).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await panel(page).getByRole("link", { name: "File a new request from this one" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "New request" })).toBeVisible();
  await expect(page.getByText("Missing: The annex is missing.")).toBeVisible();
  await expect(page.getByLabel("Reason")).toHaveValue("Examination of the settlement");
  await expect(page.getByLabel("Case number")).toHaveValue(order.case_number);
  await expect(page.getByLabel("Valid until")).toHaveValue(order.valid_until);
  for (const field of ["Amount", "Pricing", "Parties"])
    await expect(page.getByRole("checkbox", { name: field })).toBeChecked();
  expect(await axeFindings(page)).toEqual([]);
  expect(faults()).toEqual([]);

  // Only the requester can start from it; a decider sees the request itself.
  const decider = await signedIn(browser, "auditor-001");
  await decider.page.goto(at(`/requests/new?from=${id}`));
  await expect(decider.page.getByRole("heading", { level: 1 })).toHaveText("Not found");
});

test("a question stops the clock; the officer answers in the browser; a denial shows its reason", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  const { page: legal } = await open(browser, LEGAL, id);
  await legal.getByLabel("Reason, seen by the requester").fill("Which annex names the transactions?");
  await legal.getByRole("button", { name: "Ask", exact: true }).click();
  await legal.getByRole("dialog").getByRole("button", { name: "Send question" }).click();
  await expect(legal.getByRole("dialog").getByText("Asked", { exact: true }).first()).toBeVisible();

  const { page: officer, faults } = await open(browser, "regulator-001", id);
  await expect(officer.getByText("Which annex names the transactions?").first()).toBeVisible();
  await expect(panel(officer).getByText("Deadline paused since")).toBeVisible();
  await officer.goto(at("/"));
  await expect(officer.getByText("Deadline paused").first()).toBeVisible();
  await officer.goto(at(`/requests/${id}`));
  expect(await axeFindings(officer)).toEqual([]);
  await officer.getByRole("button", { name: "Answer", exact: true }).click();
  const answer = officer.getByRole("dialog", { name: "Your answer" });
  await answer.getByRole("textbox", { name: "Your answer" }).fill("Annex A, on its second page.");
  await answer.getByRole("button", { name: "Answer", exact: true }).click();
  await expect(officer.getByText("A question is waiting for your answer")).toHaveCount(0);
  await expect(officer.getByText("An overdue answer is not a refusal", { exact: false })).toBeVisible();

  await legal.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).last().click();
  // The page receives the answer without a reload.
  await expect(legal.getByText("Annex A, on its second page.")).toBeVisible();
  await legal.getByLabel("Reason, seen by the requester").fill("Annex A names another case.");
  await legal.getByLabel("Reason, seen by the requester").press("Escape");
  await legal.keyboard.press("d");
  await legal
    .getByRole("dialog", { name: /^Deny AR-/ })
    .getByRole("button", { name: "Deny", exact: true })
    .click();
  await expect(legal.getByRole("dialog").getByText("Denied", { exact: true }).first()).toBeVisible();
  await expect(officer.getByText("Lena Hartmann denied it")).toBeVisible();
  await expect(officer.getByText("Annex A names another case.").first()).toBeVisible();
  expect(faults()).toEqual([]);
});

test("a person who may not decide sees why, or cannot find the request @deep", async ({ browser }) => {
  const order = newOrder();
  const id = await file(order);
  const { page: approver } = await open(browser, APPROVER, id);
  await expect(panel(approver).getByText("needs a duty that you do not have")).toBeVisible();
  await expect(approver.getByRole("button", { name: "Approve as requested" })).toHaveCount(0);
  await approver.keyboard.press("a");
  await expect(approver.getByRole("dialog")).toHaveCount(0);

  const { page: officer } = await open(browser, "regulator-001", id);
  await expect(officer.getByText("Your decision")).toHaveCount(0);
  await expect(officer.getByRole("button", { name: "Withdraw" })).toBeVisible();

  for (const handle of ["auditor-001", "coordinator-001:support", "client-456"]) {
    const { page } = await signedIn(browser, handle);
    await page.goto(at(`/requests/${id}`));
    await expect(page.getByText("MSO")).toHaveCount(0);
    await expect(page.getByRole("heading", { level: 1 })).not.toContainText("Market Supervision Office");
  }
});

test("a request that only the requester's organisation could decide cannot be filed, and one person cannot decide twice @deep", async ({
  browser,
}) => {
  const { coordinator, legal } = people(demo());
  const order = newOrder();
  const { id: own, submitted } = await fileAs(coordinator, order);
  expect([submitted.status, submitted.json.code]).toEqual([409, "request.no-decider"]);
  const body = { stage: "coordinator", decision: "deny", comment: "Mine" };
  const answer = await coordinator.post(`/confidential/access/requests/${own}/decisions`, body);
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);

  const id = await file(order);
  await passLegal(id, order);
  const again = await open(browser, LEGAL, id);
  await expect(panel(again.page).getByText("needs a duty that you do not have")).toBeVisible();
  const twice = await legal.post(`/confidential/access/requests/${id}/decisions`, {
    ...body,
    stage: "legal",
  });
  expect(twice.json.code).toBe("decision.same-person");
});

test("a scanned order is shown next to the facts, and decided on like one that has text @deep", async ({
  browser,
}) => {
  const order = newOrder();
  const { page: scanner } = await openPage(browser, { viewport: { width: 600, height: 800 } });
  await scanner.setContent(`<h1>Demand</h1><p>${order.issuer}, case ${order.case_number}</p>`);
  const scan = new File([new Uint8Array(await scanner.screenshot())], "scan.png", { type: "image/png" });
  const id = await fileWith(people(demo()).regulator, order, {}, scan);
  const { page, faults } = await open(browser, LEGAL, id);
  const image = page.getByRole("img", { name: "The order as an image" });
  await expect(image).toBeVisible();
  expect(await image.evaluate((one) => (one instanceof HTMLImageElement ? one.naturalWidth : 0))).toBe(600);
  await expect(page.getByText("first page’s text")).toHaveCount(0);
  expect(await axeFindings(page)).toEqual([]);
  await read(page, order);
  await page.getByLabel("Reason, seen by the requester").fill("Read on the scan");
  await page.getByRole("button", { name: "Approve as requested" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Approve", exact: true }).click();
  await expect(page.getByRole("dialog").getByText("Approved", { exact: true }).first()).toBeVisible();
  expect(faults()).toEqual([]);
});
/** Ends an officer's identity checks, as if twelve months had passed. */
async function endIdentityChecks(handle: string): Promise<void> {
  await asSuperuser(dataDir(), async (client) => {
    const { rows } = await client.query<{ tgname: string; tgenabled: string }>(
      "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'identity_check'::regclass AND NOT tgisinternal",
    );
    await client.query("ALTER TABLE identity_check DISABLE TRIGGER USER");
    await client.query(
      "UPDATE identity_check SET expires_at = now() - interval '1 day' WHERE officer_user_id = (SELECT id FROM app_user WHERE handle = $1)",
      [handle],
    );
    for (const { tgname, tgenabled } of rows) {
      const always = tgenabled === "A" ? "ALWAYS" : "";
      await client.query(`ALTER TABLE identity_check ENABLE ${always} TRIGGER ${tgname}`);
    }
  });
}

test("approval needs the legal reviewer's record of who the officer is", async ({ browser }) => {
  const order = newOrder();
  const id = await fileWith(people(demo()).auditor, order);
  await endIdentityChecks("auditor-001");
  const { page, faults } = await open(browser, LEGAL, id);
  await read(page, order);
  await page.getByLabel("Reason, seen by the requester").fill("Read and compared");
  await expect(page.getByRole("button", { name: "Approve as requested" })).toBeDisabled();
  await expect(page.getByText("the requester’s identity check must be recorded")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Record check" }).click();
  const check = page.getByRole("dialog", { name: "Identity check of the requester" });
  await check.getByRole("button", { name: "Record check" }).click();
  await expect(check.getByText("Describe how you checked")).toBeVisible();
  await expect(check.getByText(/^The domain \S+ of the address belongs to the agency$/)).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await check.getByLabel("How you checked").fill("Called the switchboard of the agency at 14:05.");
  await check.getByRole("button", { name: "Record check" }).click();
  await expect(
    check.getByText("The request can only be approved with both checks.", { exact: false }),
  ).toBeVisible();
  await check.getByLabel("Number called").selectOption({ index: 1 });
  await check.getByLabel("I called the requester on a stored number, and they confirmed the request").check();
  await check.getByRole("button", { name: "Record check" }).click();
  await expect(page.getByRole("button", { name: "Approve as requested" })).toBeEnabled();
  await expect(page.getByText("Recorded by Lena Hartmann, valid until")).toBeVisible();
  expect(faults()).toEqual([]);
});

test("j and k lead through the waiting requests, and the record prints @deep", async ({ browser }) => {
  const order = newOrder();
  const ids = [await file(order), await file(newOrder())];
  const { page, faults } = await open(browser, LEGAL, ids[0] ?? "");
  // Shortcut keys work once the page's script runs; the drawn order shows that it does.
  await expect(page.locator("main canvas").first()).toBeVisible();
  await page.keyboard.press("j");
  await page.waitForURL(`**/requests/${ids[1]}`);
  await expect(page.locator("main canvas").first()).toBeVisible();
  await page.keyboard.press("k");
  await page.waitForURL(`**/requests/${ids[0]}`);
  await page.getByRole("link", { name: "Print view" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Printout of the access request AR-");
  expect(await axeFindings(page)).toEqual([]);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
  expect(faults()).toEqual([]);
});

test("printed pages show whole days and digests, no buttons, and both readings to people who have read @deep", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  await passLegal(id, order);
  const { issuer, case_number, valid_from, valid_until } = order;
  const confirms = { issuer, case_number, valid_from, valid_until };
  const body = { stage: "coordinator", decision: "approve", comment: "Read as well", confirms };
  const made = await people(demo()).coordinator.post(`/confidential/access/requests/${id}/decisions`, body);
  expect(made.status, made.text).toBe(200);
  const day = (date: string): string =>
    formatTime(new Date(`${date}T00:00:00Z`), { timeZone: "UTC", form: "day" });
  for (const [handle, readings] of [
    [LEGAL, 2],
    [SECOND, 0],
    ["regulator-001", 0],
  ] as const) {
    const { page, faults } = await signedIn(browser, handle, { timezoneId: "Europe/Berlin" });
    await page.goto(at(`/requests/${id}/print`));
    await expect(page.getByText("Read as well").first()).toBeVisible();
    await page.emulateMedia({ media: "print" });
    const authority = page.getByRole("region", { name: /^Legal authority/ });
    await expect(authority.getByText(day(order.valid_from), { exact: true })).toBeVisible();
    await expect(authority.getByText(`through ${day(order.valid_until)}`)).toBeVisible();
    await expect(authority.getByText("01:00")).toHaveCount(0);
    await expect(page.getByRole("main").getByRole("button")).toHaveCount(0);
    await expect(page.getByRole("main").getByRole("link", { name: "View grant" })).toBeHidden();
    await expect(page.getByText(" typed,", { exact: false })).toHaveCount(readings);
    const printed = await page
      .getByTitle(/^[A-Za-z0-9_-]{43}$/)
      .first()
      .evaluate((one) => [getComputedStyle(one, "::after").content, one.getAttribute("title")]);
    expect(printed[0]).toBe(`"${printed[1]}"`);
    expect(await axeFindings(page)).toEqual([]);
    expect(faults()).toEqual([]);
  }
});

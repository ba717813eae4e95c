import { expect, test } from "@playwright/test";
import { DEMO_CONTACT } from "@/lib/seed/people";
import { type Caller, people } from "../support/api";
import { axeFindings } from "../support/axe";
import { at, fileWith, LEGAL, newOrder, open, passLegal, read } from "../support/deciding";
import { chooseFile, fillAsking, fillFacts, ORDER, SOON, savedDraft } from "../support/filing";
import { newTransaction, openForm, readRequest } from "../support/filing-spec";
import { demo } from "../support/instance";
import { signedIn } from "../support/signed-in";
import { text } from "../support/steps";

// Two officers of one agency: the requester names the other as co-viewer. The other is new to the deciders and is called back.

const COLLEAGUE = "regulator-002";
const who = () => people(demo());

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
});

async function approve(decider: Caller, id: string, stage: string, confirms: object): Promise<void> {
  const body = { stage, decision: "approve", comment: "As the demand says", confirms };
  const answer = await decider.post(`/confidential/access/requests/${id}/decisions`, body);
  expect(answer.status, answer.text).toBe(200);
}

test("a named colleague opens under their own name with the same views, until they are removed", async ({
  browser,
}) => {
  const transaction = await newTransaction();
  const { page, faults } = await openForm(browser);
  await fillAsking(page, transaction, `Four eyes on ${transaction.slice(-6)}`);
  await page.getByLabel("Co-viewers").fill(COLLEAGUE);
  await page.getByRole("button", { name: "Add colleague" }).click();
  await expect(page.getByRole("button", { name: `Remove ${COLLEAGUE}` })).toBeVisible();
  await chooseFile(page, ORDER);
  const caseNumber = `MSO ${Date.now() % 1_000_000}/26`;
  await fillFacts(page, { issuer: "Market Supervision Office", caseNumber });
  const id = await savedDraft(page);
  await page.getByRole("button", { name: "Check answers" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Check answers" })).toBeVisible(SOON);
  await expect(page.getByText("Karl Voss").or(page.getByText(COLLEAGUE)).first()).toBeVisible();
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Request submitted" })).toBeVisible(SOON);

  const filed = await readRequest(who().regulator, id);
  expect(filed.co_viewers).toMatchObject([{ handle: COLLEAGUE, name: "Karl Voss" }]);
  const { issuer, case_number, valid_from, valid_until } = Object(filed.authorization);
  const confirms = { issuer, case_number, valid_from, valid_until };
  await approve(who().legal, id, "legal", confirms);
  await approve(who().coordinator, id, "coordinator", confirms);
  const { grant_id: grant } = await readRequest(who().regulator, id);

  const colleague = await signedIn(browser, COLLEAGUE);
  await colleague.page.goto(at(`/grants/${String(grant)}`));
  await expect(colleague.page.getByText("20", { exact: false }).first()).toBeVisible(SOON);
  const asking = { purpose: "compliance", grant_id: grant };
  const opened = await who().colleague.post(`/confidential/transactions/${transaction}/audit`, asking);
  expect(opened.status, opened.text).toBe(200);
  expect(Object(opened.json.data)).toHaveProperty("amount");
  // What was argued, asked and decided stays visible to the requester only.
  const unseen = await who().colleague.get(`/confidential/access/requests/${id}`);
  expect(unseen.status).toBe(404);
  expect(colleague.faults()).toEqual([]);

  await page.goto(at(`/requests/${id}`));
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Remove Karl Voss" }).click();
  const dialog = page.getByRole("dialog", { name: /^Remove Karl Voss from AR-/ });
  await dialog.getByLabel("Reason").fill("Moved to another desk.");
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByText(/^removed/)).toBeVisible(SOON);
  const refused = await who().colleague.post(`/confidential/transactions/${transaction}/audit`, asking);
  expect([refused.status, text(refused, "code")]).toEqual([403, "access.no-grant"]);
  const left = await who().regulator.get(`/confidential/access/grants/${String(grant)}`);
  expect(left.json.views_left).toBe(19);
  expect(faults()).toEqual([]);
});

test("an officer without an identity check is called back on the agency's number before any approval @deep", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await fileWith(who().colleague, order);
  const { page, faults } = await open(browser, LEGAL, id);
  await read(page, order);
  await page.getByLabel("Reason, seen by the requester").fill("Read and compared");
  await expect(page.getByRole("button", { name: "Approve as requested" })).toBeDisabled();
  await expect(page.getByText("the requester’s identity check must be recorded")).toBeVisible();
  await page.getByRole("button", { name: "Record check" }).click();
  const check = page.getByRole("dialog", { name: "Identity check of the requester" });
  await expect(
    check.getByText("The domain authority.example of the address belongs to the agency"),
  ).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await check.getByLabel("Number called").selectOption(DEMO_CONTACT);
  await check.getByLabel("I called the requester on a stored number, and they confirmed the request").check();
  await check.getByLabel("How you checked").fill("Called the switchboard, was put through to Karl Voss.");
  await check.getByRole("button", { name: "Record check" }).click();
  await expect(page.getByText("Recorded by Lena Hartmann, valid until")).toBeVisible(SOON);
  await expect(page.getByRole("button", { name: "Approve as requested" })).toBeEnabled();
  await passLegal(id, order);
  const { issuer, case_number, valid_from, valid_until } = order;
  const confirms = { issuer, case_number, valid_from, valid_until };
  await approve(who().coordinator, id, "coordinator", confirms);
  expect((await readRequest(who().colleague, id)).state).toBe("active");
  expect(faults()).toEqual([]);
});

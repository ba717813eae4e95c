import { type Browser, expect, type Page, test } from "@playwright/test";
import { countSteps } from "../support/count-steps";
import { demo } from "../support/instance";
import { openPage, visit } from "../support/page";
import { plugInDevice } from "../support/sign-in";
import { signedIn } from "../support/signed-in";
import { pictures } from "../support/take-pictures";
import { expectWhole } from "../support/whole";

// A person joins and is suspended: invited by one administrator, agreed to by another, signed in by the link with a passkey.
test.describe.configure({ mode: "default" });

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const ADMIN = "coordinator-001:admin";
const SECOND = "coordinator-001:admin-2";
const NAME = "Elif Kaya";
const at = (address: string): string => new URL(address, demo().base_url).href;
const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const dialog = (page: Page) => page.getByRole("dialog");
const open = (page: Page, path: string) => visit(page, at(path));

/** Two people sign the roster version with the new person; the administrator's page follows without a reload. */
async function joinsRoster(browser: Browser, greta: Page): Promise<void> {
  await open(greta, "/roster");
  await expect(heading(greta)).toHaveText("Roster");
  await greta.getByLabel(`Add ${NAME}`).check();
  await greta.getByLabel("Reason").fill("Joins the legal team.");
  await expectWhole(greta);
  await greta.getByRole("button", { name: "Ask for signatures" }).click();
  await expect(greta.getByText(`${NAME} is added to the roster`)).toBeVisible();
  await expectWhole(greta);
  await pictures(greta, "roster-version");
  for (const handle of ["coordinator-001:legal", "coordinator-001:approve"]) {
    const { page } = await signedIn(browser, handle, DESKTOP);
    await open(page, "/");
    const row = page.getByRole("listitem").filter({ hasText: "Sign roster version" });
    await row.getByRole("link").click();
    await expect(page.getByText(`${NAME} is added to the roster`)).toBeVisible();
    await page.getByRole("button", { name: "Agree", exact: true }).click();
    await dialog(page).getByRole("button", { name: "Agree", exact: true }).click();
    await expect(dialog(page)).toHaveCount(0);
  }
  const listed = greta.getByRole("table", { name: "On the roster" });
  await expect(listed.getByRole("row").filter({ hasText: NAME })).toBeVisible();
  await pictures(greta, "roster");
}

test("two administrators invite a person, who signs in by the link with a passkey and is then suspended", async ({
  browser,
}) => {
  const { page: greta, faults } = await signedIn(browser, ADMIN, DESKTOP);
  await open(greta, "/people");
  await expect(heading(greta)).toHaveText("People");
  await expectWhole(greta);
  await pictures(greta, "people");
  const steps = await countSteps(greta);
  await greta.getByRole("button", { name: "Invite a person" }).click();
  await dialog(greta).getByLabel("Name", { exact: true }).fill(NAME);
  await dialog(greta).getByLabel("Work e-mail").fill("e.kaya@operator.example");
  await dialog(greta)
    .getByLabel("Organisation", { exact: true })
    .selectOption({ label: "Sealport Operations" });
  await dialog(greta).getByLabel("legal review").check();
  await dialog(greta).getByLabel("Reason").fill("Joins the legal team.");
  await pictures(greta, "people-invite");
  await dialog(greta).getByRole("button", { name: "Ask for agreement" }).click();
  await expect(dialog(greta).getByText("A second administrator must agree")).toBeVisible();
  // Two presses and five answers: name, address, organisation, duty and reason.
  expect(await steps()).toBe(7);
  await dialog(greta).getByRole("link", { name: "View agreement" }).click();
  await expect(greta.getByText("You asked for this. Another administrator has to agree.")).toBeVisible();
  await expect(greta.getByRole("button", { name: "Agree" })).toHaveCount(0);
  const agreement = new URL(greta.url()).pathname;

  const { page: nils } = await signedIn(browser, SECOND, DESKTOP);
  await open(nils, "/");
  const row = nils.getByRole("listitem").filter({ hasText: `Agree to the invitation of ${NAME}` });
  const second = await countSteps(nils);
  await row.getByRole("link").click();
  await nils.waitForURL((url) => url.pathname === agreement);
  await expect(nils.getByText("Joins the legal team.")).toBeVisible();
  await expectWhole(nils);
  await pictures(nils, "agreement");
  await nils.getByRole("button", { name: "Agree", exact: true }).click();
  await dialog(nils).getByRole("button", { name: "Agree", exact: true }).click();
  const link = (await dialog(nils).getByText("/invitation#").textContent())?.trim() ?? "";
  expect(await second()).toBe(3);
  await dialog(nils).getByRole("button", { name: "I have handed it over" }).click();
  await expect(nils.getByText("Agreed", { exact: true }).first()).toBeVisible();

  const { page: elif } = await openPage(browser, DESKTOP);
  await plugInDevice(elif);
  await visit(elif, link);
  // The passkey already has the device's name.
  await elif.getByRole("button", { name: "Create passkey and sign in" }).click();
  await expect(elif.getByRole("heading", { name: "What needs you now" })).toBeVisible();
  expect((await elif.request.get(at("/confidential/account"))).status()).toBe(200);

  await joinsRoster(browser, greta);
  await open(greta, "/people?q=kaya");
  await greta.getByRole("link", { name: NAME }).click();
  await expect(heading(greta)).toHaveText(NAME);
  await expect(greta.getByText("given by Nils Aalto")).toBeVisible();
  await expectWhole(greta);
  await pictures(greta, "person");
  await greta.getByRole("button", { name: "Suspend", exact: true }).click();
  await dialog(greta).getByLabel("Reason").fill("The laptop is lost.");
  await dialog(greta).getByRole("button", { name: "Suspend person" }).click();
  await expect(greta.getByText("Suspended", { exact: true })).toBeVisible();
  await open(greta, "/roster");
  await expect(greta.getByText(`${NAME} is removed from the roster`)).toBeVisible();
  expect((await elif.request.get(at("/confidential/account"))).status()).toBe(401);
  expect(faults()).toEqual([]);
});

test("an administrator cannot be made who also approves, and the last way out is refused with its reason @deep", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, ADMIN, DESKTOP);
  await open(page, "/people?q=nils");
  await page.getByRole("link", { name: "Nils Aalto" }).click();
  await page.getByRole("button", { name: "Change duties" }).click();
  await dialog(page).getByLabel("approvals").check();
  await dialog(page).getByLabel("Reason").fill("Helps out.");
  await dialog(page).getByRole("button", { name: "Ask for agreement" }).click();
  await expect(
    dialog(page)
      .getByText(/An administrator cannot also/)
      .first(),
  ).toBeVisible();
});

test("compliance reads people without a way to change them, and a regulator does not see the page @deep", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, "coordinator-001:compliance", DESKTOP);
  await open(page, "/people");
  await expect(page.getByRole("link", { name: "Greta Sommer" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Invite a person" })).toHaveCount(0);
  const { page: other } = await signedIn(browser, "regulator-001", DESKTOP);
  await open(other, "/people");
  await expect(other.getByRole("link", { name: "Greta Sommer" })).toHaveCount(0);
});

/** A list with a wrong line sends nothing; the corrected one is imported, and the same file again changes nothing. */
async function importsList(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Import a list" }).click();
  await expect(heading(page)).toHaveText("Import participants");
  const choose = (rows: string) =>
    page.locator('input[type="file"]').setInputFiles({
      name: "participants.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(
        `id,organisation,role,kind\nclient-natural-1,Alder & Finch Ltd,client,natural\n${rows}`,
      ),
    });
  await choose("client-listed-1,Alder & Finch Ltd,client,\n=cmd,Alder & Finch Ltd,client,");
  await expect(page.getByText("1 line is wrong. Nothing was sent.")).toBeVisible();
  await expectWhole(page);
  await pictures(page, "participants-import");
  await choose("client-listed-1,Alder & Finch Ltd,client,");
  await page.getByRole("button", { name: "Import 1 participant" }).click();
  await expect(page.getByText("1 sent, 1 existed already, 0 refused.")).toBeVisible();
  await choose("client-listed-1,Alder & Finch Ltd,client,");
  await expect(page.getByText("Every line exists already.")).toBeVisible();
  await open(page, "/participants");
  await expect(page.getByRole("row").filter({ hasText: "client-listed-1" })).toContainText("Legal person");
}

test("an administrator adds a natural person and a list as clients, and asks for an agency", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, ADMIN, DESKTOP);
  await open(page, "/participants");
  await page.getByRole("button", { name: "Add a participant" }).click();
  await dialog(page).getByLabel("Id", { exact: true }).fill("client-natural-1");
  await dialog(page).getByLabel("Company", { exact: true }).selectOption({ label: "Alder & Finch Ltd" });
  await dialog(page).getByLabel("Natural person").check();
  await dialog(page).getByRole("button", { name: "Add participant" }).click();
  await expect(page.getByRole("row").filter({ hasText: "client-natural-1" })).toContainText("Natural person");
  await expectWhole(page);
  await pictures(page, "participants");
  await importsList(page);
  await open(page, "/organisations");
  await expectWhole(page);
  await pictures(page, "organisations");
  await page.getByRole("button", { name: "Add an agency" }).click();
  await dialog(page).getByLabel("Name", { exact: true }).fill("Market Office");
  await dialog(page).getByLabel("Legal name").fill("Office for Markets");
  await dialog(page).getByLabel("E-mail domains").fill("authority.example");
  await dialog(page).getByLabel("Number for callbacks").fill("+49 30 23125 001");
  await dialog(page).getByLabel("Where it was found").fill("its own site");
  await dialog(page).getByLabel("Reason").fill("Supervises the market.");
  await dialog(page).getByRole("button", { name: "Ask for agreement" }).click();
  await expect(dialog(page).getByText("One of these domains belongs to another agency.")).toBeVisible();
  await dialog(page).getByLabel("E-mail domains").fill("market-office.example");
  await dialog(page).getByRole("button", { name: "Ask for agreement" }).click();
  await expect(dialog(page).getByText("A second administrator must agree")).toBeVisible();
});

import { type Browser, expect, type Page, test } from "@playwright/test";
import { type RunningInstance, startInstance, waitUntil } from "@/lib/testing/instance/instance";
import { countSteps } from "../support/count-steps";
import { openPage } from "../support/page";
import { plugInDevice } from "../support/sign-in";
import { pictures } from "../support/take-pictures";
import { expectWhole } from "../support/whole";

// An instance without people: from the link that `npm start` prints to the list of what real data still needs.
test.describe.configure({ mode: "serial", timeout: 300_000 });
test.use({ actionTimeout: 60_000 });

const DESKTOP = { viewport: { width: 1440, height: 900 } };
let instance: RunningInstance;
const at = (path: string): string => new URL(path, instance.baseUrl).href;
const printedLink = () => /http\S+\/setup#\S+/.exec(instance.output())?.[0] ?? "";
const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { name });

test.beforeAll(async () => {
  instance = await startInstance({ env: { SEED: "none" } });
  await waitUntil("the link is printed", async () => printedLink() !== "");
});
test.afterAll(() => instance?.stop());

/** Checks the page, and takes pictures of it, also as a phone shows it. */
async function checkWhole(page: Page, name: string): Promise<void> {
  await expectWhole(page);
  await pictures(page, name);
  await page.setViewportSize({ width: 390, height: 844 });
  await pictures(page, `${name}-phone`);
  await page.setViewportSize(DESKTOP.viewport);
}

async function open(browser: Browser, address: string) {
  const { page, faults } = await openPage(browser, DESKTOP);
  await plugInDevice(page);
  await page.goto(address);
  return { page, faults };
}

async function makePasskey(page: Page): Promise<void> {
  await page.getByLabel("Name of this passkey").fill("work laptop");
  await page.getByRole("button", { name: "Create passkey and sign in" }).click();
}

test("the printed link leads over organisation, first and second administrator to the list of ten parts", async ({
  browser,
}) => {
  const { page: greta, faults } = await open(browser, printedLink());
  await expect(heading(greta, "Your organisation")).toBeVisible();
  expect(greta.url()).toBe(at("/setup"));
  const steps = await countSteps(greta);
  await greta.getByRole("button", { name: "Save and continue" }).click();
  await expect(greta.getByText("Enter the name of your organisation").first()).toBeVisible();
  await greta.getByLabel("Name", { exact: true }).fill("Havel Clearing");
  await greta.getByLabel("Home jurisdictions").fill("de, EU");
  await checkWhole(greta, "set-up-organisation");
  await greta.getByRole("button", { name: "Save and continue" }).click();

  await expect(heading(greta, "You, the first administrator")).toBeVisible();
  await greta.getByLabel("Name", { exact: true }).fill("Greta Holm");
  await greta.getByLabel("Work e-mail").fill("g.holm@havel.example");
  await greta.getByRole("button", { name: "Continue to the passkey" }).click();
  await expect(heading(greta, "Your passkey")).toBeVisible();
  await checkWhole(greta, "set-up-passkey");
  await makePasskey(greta);

  await expect(heading(greta, "Set up Sealport")).toBeVisible();
  // Two screens: five answers and the passkey, and one press that a fault took.
  expect(await steps()).toBe(9);
  await expect(greta.getByRole("complementary", { name: "Set-up" })).toContainText("10 parts are missing");
  await expect(greta.getByRole("button", { name: "Make the link" })).toBeVisible();
  const early = await greta.request.post(at("/confidential/admin/organisations"), {
    headers: { origin: instance.baseUrl },
    data: { kind: "company", name: "Too early", zone: "UTC" },
  });
  expect([early.status(), (await early.json()).code]).toEqual([409, "setup.unfinished"]);
  await greta.getByLabel("Name", { exact: true }).fill("Nils Aalto");
  await greta.getByLabel("Work e-mail").fill("n.aalto@havel.example");
  await greta.getByRole("button", { name: "Make the link" }).click();
  const link = (await greta.getByText("/invitation#").textContent())?.trim() ?? "";
  await checkWhole(greta, "set-up-second");
  await greta.getByRole("button", { name: "I have handed it over" }).click();

  const { page: nils } = await open(browser, link);
  await nils.getByRole("button", { name: "Create passkey and sign in" }).isVisible();
  await makePasskey(nils);
  await expect(heading(nils, "What needs you now")).toBeVisible();
  await expect(nils.getByText("Go through Set-up.")).toBeVisible();

  // The first administrator's page continues.
  await expect(greta.getByText("Only you can sign in so far")).toHaveCount(0, { timeout: 60_000 });
  const item = (title: string) =>
    greta
      .getByRole("main")
      .getByRole("listitem")
      .filter({ hasText: new RegExp(`^${title}`) })
      .first();
  await expect(item("Two administrators")).toContainText("Greta Holm, Nils Aalto: signed in");
  await expect(greta.getByText("1 of 10", { exact: true })).toBeVisible();
  await greta.getByRole("button", { name: "Run all checks" }).click();
  await expect(item("Your organisation")).toContainText("is not an https address");
  await expect(item("Escrow custodian")).toContainText("runs for evaluation");
  await expect(item("Outgoing mail")).toContainText("No mail server is set");
  await expect(item("Where keys are kept")).toContainText(
    "is in a file: portal, custodian, signer, witness.",
  );
  await checkWhole(greta, "set-up-list");

  // The rules are read by two people.
  await item("Policies").locator("summary").click();
  await greta.getByRole("button", { name: "I have read the rules" }).click();
  await greta.getByRole("dialog").getByLabel("Note for the second administrator").fill("Read on Monday");
  await greta.getByRole("dialog").getByRole("button", { name: "Ask for agreement" }).click();
  await expect(item("Policies")).toContainText("Greta Holm has read the rules");
  await nils.goto(at("/agreements"));
  await nils.getByRole("link", { name: "Confirm the rules of this version" }).click();
  await checkWhole(nils, "set-up-agreement");
  await nils.getByRole("button", { name: "Agree", exact: true }).click();
  await nils.getByRole("dialog").getByRole("button", { name: "Agree", exact: true }).click();
  await expect(nils.getByText("Agreed", { exact: true }).first()).toBeVisible();
  // The strip over each page may be five seconds old.
  await expect(async () => {
    await greta.goto(at("/setup"));
    await expect(greta.getByText("2 of 10", { exact: true })).toBeVisible({ timeout: 10_000 });
    const strip = greta.getByRole("complementary", { name: "Set-up" });
    await expect(strip).toContainText("8 parts are missing", { timeout: 2_000 });
  }).toPass();
  expect(faults()).toEqual([]);
});

test("a used link, no link and a restart say where the set-up continues", async ({ browser }) => {
  for (const address of [printedLink(), at("/setup")]) {
    const { page } = await open(browser, address);
    await expect(page.getByRole("link", { name: "Go to sign-in" })).toBeVisible();
    await page.context().close();
  }
  const { page } = await open(browser, printedLink());
  await expect(page.getByText("This instance has people already")).toBeVisible();
  await checkWhole(page, "set-up-refused");
});

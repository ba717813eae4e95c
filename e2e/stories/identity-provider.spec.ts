import { expect, type Page, test } from "@playwright/test";
import {
  clientOf,
  startIdentityProvider,
  type TestIdentityProvider,
} from "../../lib/testing/servers/identity-provider";
import { demo } from "../support/instance";
import { openPage, visit } from "../support/page";
import { signedIn } from "../support/signed-in";
import { pictures } from "../support/take-pictures";
import { expectWhole } from "../support/whole";

// An agency connects its identity provider, by two administrators, and its invited officer signs in there.
test.describe.configure({ mode: "default" });

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const ADMIN = "coordinator-001:admin";
const SECOND = "coordinator-001:admin-2";
const AGENCY = "Settlement Markets Authority";
const at = (address: string): string => new URL(address, demo().base_url).href;
const dialog = (page: Page) => page.getByRole("dialog");
const open = (page: Page, path: string) => visit(page, at(path));

let idp: TestIdentityProvider;
test.beforeAll(async () => {
  idp = await startIdentityProvider(clientOf(at("/sign-in/return")));
});
test.afterAll(() => idp?.close());

test("two administrators connect a provider, and an invited officer signs in there", async ({ browser }) => {
  const { page: greta, faults } = await signedIn(browser, ADMIN, DESKTOP);
  await open(greta, "/organisations");
  await greta.getByRole("link", { name: AGENCY }).click();
  await expect(greta.getByText("No identity provider is connected.")).toBeVisible();
  await greta.getByRole("button", { name: "Connect an identity provider" }).click();
  const organisation = greta.url();
  await greta.getByLabel("Issuer", { exact: true }).fill(idp.issuer);
  await greta.getByLabel("Client id").fill("sealport");
  await greta.getByLabel("Client secret", { exact: true }).fill("a secret of sealport at its provider");
  await greta.locator("#provider-domains").fill("authority.example");
  await greta.locator("#provider-amr").fill("otp");
  await greta.locator("#provider-mapping").fill("officers; regulator");
  await greta.locator("#provider-reason").fill("Officers sign in at home.");
  await expectWhole(greta);
  await pictures(greta, "provider-form");
  await dialog(greta).getByRole("button", { name: "Ask for agreement" }).click();
  await greta.waitForURL(/\/agreements\//);
  await visit(greta, organisation);
  await expect(greta.getByText("A change waits for a second administrator.")).toBeVisible();

  const { page: nils } = await signedIn(browser, SECOND, DESKTOP);
  await open(nils, "/");
  await nils
    .getByRole("listitem")
    .filter({ hasText: "Agree to the identity provider of" })
    .getByRole("link")
    .click();
  await expect(nils.getByText(idp.issuer)).toBeVisible();
  await expectWhole(nils);
  await pictures(nils, "provider-agreement");
  await nils.getByRole("button", { name: "Agree", exact: true }).click();
  await dialog(nils).getByRole("button", { name: "Agree", exact: true }).click();
  await expect(nils.getByText("Agreed", { exact: true }).first()).toBeVisible();

  idp.people.set("tester", { email: "tester@authority.example", groups: ["officers"] });
  await visit(greta, greta.url());
  await greta.getByRole("button", { name: "Check configuration and keys" }).click();
  await expect(greta.getByText("The provider answers: one key, signature RS256")).toBeVisible();
  await expectWhole(greta);
  await pictures(greta, "provider");
  await greta.getByRole("button", { name: "Try a sign-in" }).click();
  await greta.getByRole("button", { name: "Sign in as tester@authority.example" }).click();
  await expect(greta.getByText("This would be enough to sign in.")).toBeVisible();
  await expectWhole(greta);
  await pictures(greta, "provider-test");
  await greta.getByRole("link", { name: "Back to the organisation" }).click();
  await expect(greta.getByText("Connected to")).toBeVisible();

  const email = "o.lind@authority.example";
  idp.people.set("officer-7", { email, groups: ["officers"] });
  await open(greta, "/people");
  await greta.getByRole("button", { name: "Invite a person" }).click();
  await dialog(greta).getByLabel("Name", { exact: true }).fill("Olga Lind");
  await dialog(greta).getByLabel("Work e-mail").fill(email);
  await dialog(greta).getByLabel("Organisation", { exact: true }).selectOption({ label: AGENCY });
  await dialog(greta).getByLabel("Role", { exact: true }).selectOption("regulator");
  await dialog(greta).getByLabel("Reason").fill("A new officer.");
  await dialog(greta).getByRole("button", { name: "Ask for agreement" }).click();
  await expect(dialog(greta).getByText("A second administrator must agree")).toBeVisible();
  await open(nils, "/");
  await nils.getByRole("listitem").filter({ hasText: "Olga Lind" }).getByRole("link").click();
  await nils.getByRole("button", { name: "Agree", exact: true }).click();
  await dialog(nils).getByRole("button", { name: "Agree", exact: true }).click();
  const link = (await dialog(nils).getByText("/invitation#").textContent())?.trim() ?? "";

  const { page: olga } = await openPage(browser, DESKTOP);
  await visit(olga, link);
  await expect(olga.getByRole("button", { name: "Continue with your organisation" })).toBeVisible();
  await pictures(olga, "provider-invitation");
  await olga.getByRole("button", { name: "Continue with your organisation" }).click();
  await olga.getByRole("button", { name: `Sign in as ${email}` }).click();
  await expect(olga.getByRole("heading", { name: "What needs you now" })).toBeVisible();
  await open(olga, "/account/security");
  await expect(olga.getByRole("heading", { name: "Sign-in at your organisation" })).toBeVisible();
  await expectWhole(olga);
  await pictures(olga, "provider-account");

  await olga.context().clearCookies();
  await open(olga, "/sign-in");
  await olga.getByRole("button", { name: "Continue with your organisation" }).click();
  await olga.getByLabel("Work e-mail address").fill("O.Lind@AUTHORITY.example");
  await expectWhole(olga);
  await pictures(olga, "provider-sign-in");
  await olga.keyboard.press("Enter");
  await olga.getByRole("button", { name: `Sign in as ${email}` }).click();
  await olga.waitForURL((url) => url.pathname === "/");
  expect((await olga.request.get(at("/confidential/account"))).status()).toBe(200);
  await open(greta, "/people?q=Olga");
  await expect(greta.getByRole("row", { name: /Olga Lind/ })).toContainText("At the organisation");

  idp.people.set("officer-7", { email, groups: [] });
  await olga.context().clearCookies();
  await open(olga, "/sign-in");
  await olga.getByRole("button", { name: "Continue with your organisation" }).click();
  await olga.getByLabel("Work e-mail address").fill(email);
  await olga.keyboard.press("Enter");
  await olga.getByRole("button", { name: `Sign in as ${email}` }).click();
  await expect(olga.getByText("Your groups there do not give the role and duties")).toBeVisible();
  await expectWhole(olga);
  await pictures(olga, "provider-refused");
  expect(faults()).toEqual([]);
});

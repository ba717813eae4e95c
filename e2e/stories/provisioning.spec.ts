import { expect, type Page, test } from "@playwright/test";
import { demo } from "../support/instance";
import { visit } from "../support/page";
import { signedIn } from "../support/signed-in";
import { pictures } from "../support/take-pictures";
import { expectWhole } from "../support/whole";

// An identity provider keeps the people of an agency: settings by two administrators, a token, its calls, and their results.
test.describe.configure({ mode: "default" });

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const AGENCY = "Revision Süd";
const DOMAIN = "revision.example";
const OWN = "urn:sealport:params:scim:schemas:1.0:User";
const at = (address: string): string => new URL(address, demo().base_url).href;
const dialog = (page: Page) => page.getByRole("dialog");
const provisioning = (page: Page) => page.getByRole("region", { name: "Provisioning" });

/** A call of the identity provider, as Entra sends it. */
async function provider(token: string, method: string, path: string, body?: unknown) {
  const answer = await fetch(at(`/scim/v2${path}`), {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, type: answer.headers.get("content-type"), json: text && JSON.parse(text) };
}

test("an identity provider invites a person of an agency, two administrators decide, and it suspends them", async ({
  browser,
}) => {
  const { page: greta, faults } = await signedIn(browser, "coordinator-001:admin", DESKTOP);
  await visit(greta, at("/organisations"));
  await greta.getByRole("link", { name: AGENCY }).click();
  const section = provisioning(greta);
  await section.getByRole("button", { name: "Set up provisioning" }).click();
  const address = greta.url();
  await dialog(greta).getByLabel("Role without a group").selectOption({ label: "Regulator" });
  await dialog(greta).getByLabel("Mapped groups").fill("Market auditors; auditor");
  await dialog(greta).getByLabel("Reason").fill("The agency uses an identity provider.");
  await dialog(greta).getByRole("button", { name: "Ask for agreement" }).click();
  await greta.waitForURL(/\/agreements\//);

  const { page: nils } = await signedIn(browser, "coordinator-001:admin-2", DESKTOP);
  const agree = async (about: RegExp) => {
    await visit(nils, at("/"));
    await nils.getByRole("listitem").filter({ hasText: about }).getByRole("link").click();
    await expect(nils.getByRole("button", { name: "Agree", exact: true })).toBeVisible();
    await nils.getByRole("button", { name: "Agree", exact: true }).click();
    await dialog(nils).getByRole("button", { name: "Agree", exact: true }).click();
  };
  await agree(/Agree to the provisioning of/);
  await expect(nils.getByText("Agreed", { exact: true }).first()).toBeVisible();

  await visit(greta, address);
  await expect(section.getByText("Make a token first.")).toBeVisible();
  await section.getByRole("button", { name: "Make a token" }).click();
  await dialog(greta).getByRole("button", { name: "Make token" }).click();
  const token =
    (
      await dialog(greta)
        .getByText(/^scim_/)
        .textContent()
    )?.trim() ?? "";
  await dialog(greta).getByRole("button", { name: "I have saved it" }).click();

  const userName = `kim.vale@${DOMAIN}`;
  const created = await provider(token, "POST", "/Users", {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    externalId: "0a21f0f2",
    userName,
    active: true,
    displayName: "Kim Vale",
    emails: [{ primary: true, type: "work", value: userName }],
    meta: { resourceType: "User" },
    name: { formatted: "Kim Vale", familyName: "Vale", givenName: "Kim" },
  });
  expect(created).toMatchObject({
    status: 201,
    type: "application/scim+json",
    json: { [OWN]: { state: "asked" } },
  });
  await agree(/Agree to the invitation of Kim Vale/);
  await expect(dialog(nils).getByText("/invitation#")).toBeVisible();
  const off = await provider(token, "PATCH", `/Users/${created.json.id}`, {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "Replace", path: "active", value: "False" }],
  });
  expect(off.json).toMatchObject({ active: false, [OWN]: { state: "suspended" } });
  expect((await provider(`${token}x`, "GET", "/Users")).status).toBe(401);

  await visit(greta, address);
  await expect(section.getByText(/PATCH \/Users\/.*, answered 200/)).toBeVisible();
  await expect(section.getByRole("row", { name: /POST \/Users/ })).toBeVisible();
  await expectWhole(greta);
  await pictures(greta, "provisioning");
  await section.getByRole("button", { name: /^End scim_/ }).click();
  await dialog(greta).getByLabel("Reason").fill("The story is over.");
  await dialog(greta).getByRole("button", { name: "End token" }).click();
  await expect(section.getByRole("row", { name: /Ended/ })).toBeVisible();
  expect((await provider(token, "GET", "/Users")).status).toBe(401);
  expect(faults()).toEqual([]);
});

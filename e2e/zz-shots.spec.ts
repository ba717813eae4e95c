import { expect, test } from "@playwright/test";
import { people } from "./support/api";
import { demo } from "./support/instance";
import { signedIn } from "./support/signed-in";

const at = (a: string) => new URL(a, demo().base_url).href;
test("shots", async ({ browser }) => {
  const who = people(demo());
  for (const [handle, pages] of Object.entries({
    "coordinator-001:compliance": [
      "/audit/erasures",
      "/audit/suspicions",
      "/audit/suspicions?last",
      "/audit/retention",
    ],
    "coordinator-001:approve": ["/audit/retention", "/audit"],
    "auditor-001": ["/audit?erased", "/audit?entry=3", "/audit?find", "/audit/exports?ready=1"],
    "client-456": ["/trust"],
  })) {
    for (const [name, options] of Object.entries({
      light: { viewport: { width: 1440, height: 1000 }, colorScheme: "light" as const },
      dark: { viewport: { width: 1440, height: 1000 }, colorScheme: "dark" as const },
      phone: { viewport: { width: 390, height: 844 }, locale: "de-DE" },
    })) {
      const { page } = await signedIn(browser, handle, options);
      for (let address of pages) {
        const key = address.replace(/\W+/g, "_");
        if (address.endsWith("?last")) {
          await page.goto(at("/audit/suspicions"));
          const href = await page
            .locator("main tbody th a")
            .first()
            .getAttribute("href")
            .catch(() => "/audit/suspicions");
          address = href ?? "/audit/suspicions";
        }
        if (address.endsWith("?erased")) {
          const found = await who.auditor.get(
            "/confidential/audit/events?subject=participant:client-123&limit=50",
          );
          const items = found.json.items as { seq: number; actor: string }[];
          address = `/audit?entry=${items.findLast(({ actor }) => !actor.startsWith("system:"))?.seq}`;
        }
        await page.goto(at(address.replace("?find", "")), { waitUntil: "networkidle" });
        if (address.endsWith("?find")) {
          const b = page.getByRole("button", { name: /Find an actor|Handelnde suchen/ });
          await b.click();
          await page.locator("#find-actor").press("Enter");
          await expect(page.locator("dialog li").first()).toBeVisible();
        }
        await page.screenshot({
          path: `/tmp/shots/${handle.replace(/\W+/g, "-")}${key}-${name}.png`,
          fullPage: !address.endsWith("?find"),
        });
      }
      await page.context().close();
    }
  }
});

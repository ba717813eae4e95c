import { expect, type Page } from "@playwright/test";

/**
 * Opens granted fields as a person does: one press on the page's button, and one in the dialog. Returns how many presses
 * it took. The values are then on the page, or in the dialog of a page without fields.
 */
export async function openFields(
  page: Page,
  {
    button = /^(Open \d|View \d masked) fields?$/,
    row,
  }: { readonly button?: string | RegExp; readonly row?: string } = {},
): Promise<number> {
  let presses = 0;
  const press = async (target: ReturnType<Page["getByRole"]>) => {
    await target.click();
    presses += 1;
  };
  const place = row === undefined ? page : page.getByRole("listitem").filter({ hasText: row });
  await press(place.getByRole("button", { name: button }).first());
  const dialog = page.getByRole("dialog");
  const yes = dialog.getByRole("button", { name: /^(Open|View)( with your passkey)?$/ });
  // The opening is prepared first, so that a refusal shows here before anyone signs.
  await expect(yes).toBeEnabled({ timeout: 30_000 });
  await press(yes);
  return presses;
}

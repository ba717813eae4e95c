import type { Page } from "@playwright/test";

const KEPT = "steps-of-a-story";

/**
 * Counts the steps of a person from now on, as the goals of the pages do: a step is one press (of a control or of a key
 * that does something) or one typed or chosen answer. Moving the focus is no step. Returns a function that reads the
 * count, across pages of the same origin.
 */
export async function countSteps(page: Page): Promise<() => Promise<number>> {
  const count = (kept: string) => {
    const add = () => sessionStorage.setItem(kept, String(Number(sessionStorage.getItem(kept)) + 1));
    const isText = (of: EventTarget | null) =>
      of instanceof HTMLTextAreaElement ||
      of instanceof HTMLSelectElement ||
      (of instanceof HTMLInputElement && !["checkbox", "radio", "file", "button"].includes(of.type));
    addEventListener(
      "click",
      ({ target, isTrusted }) => {
        // A page's own press, such as the one that shows the file picker, is not the person's.
        if (!isTrusted) return;
        const pressed = target instanceof Element ? target.closest("a, button, summary, input") : null;
        if (pressed !== null && !isText(pressed)) add();
      },
      true,
    );
    addEventListener("change", ({ target }) => (isText(target) ? add() : undefined), true);
    addEventListener(
      "keydown",
      ({ key, target, ctrlKey }) => {
        // Enter on a button is a press, which the browser reports as a click.
        const isChoice = key === "Enter" && target instanceof Element && target.role === "combobox";
        if (isChoice || (key.length === 1 && (ctrlKey || !isText(target)) && key !== " ")) add();
      },
      true,
    );
  };
  await page.addInitScript(count, KEPT);
  await page.evaluate(count, KEPT);
  await page.evaluate((kept) => sessionStorage.setItem(kept, "0"), KEPT);
  return () => page.evaluate((kept) => Number(sessionStorage.getItem(kept)), KEPT);
}

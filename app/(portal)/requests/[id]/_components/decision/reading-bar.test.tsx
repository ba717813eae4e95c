// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { ReviewView } from "@/lib/access/review/schema";
import { show } from "@/lib/testing/components";
import { DecisionPanel } from "./decision-panel";
import { ReadingBar } from "./reading-bar";
import { ReviewProvider } from "./review-state";

const REQUEST = {
  ...{ id: "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f", reference: "AR-1", state: "stage_1", version: 1 },
  ...{ decisions: [], timeline: [], acts: [], fields: ["amount"], level: "full", transactions: ["t1"] },
} as unknown as RequestView;

const REVIEW = {
  ...{ request_id: REQUEST.id, version: 1, stage: "legal", may_decide: true, reads_blind: true, reasons: [] },
  remaining: {
    ...{ transactions: ["t1"], fields: ["amount"], level: "full", not_before: "2026-11-24T00:00:00Z" },
    ...{ max_views: 20, max_exports: 5 },
  },
  policy: { version: "1", name: "policies", groups: [], conditions: [] },
  identity_check: { is_required: false, is_valid: true },
  signing: { by: "portal", passkeys: [] },
  ...{ conflicts: [], readings: [], transactions: [], deciders: [], queue: { total: 1 } },
} as unknown as ReviewView;

function showAt(isNarrow: boolean) {
  const media = {
    matches: isNarrow,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  };
  vi.stubGlobal("matchMedia", () => media);
  return show(
    <ReviewProvider person="legal" request={REQUEST} review={REVIEW} retypes={false}>
      <ReadingBar />
      <DecisionPanel />
      <section id="order">
        <button type="button">Larger</button>
      </section>
    </ReviewProvider>,
  );
}

beforeEach(() => {
  sessionStorage.clear();
  Element.prototype.scrollIntoView = () => undefined;
});

it("on a narrow screen the decision is a dialog one press away, and the order is one press away from it", async () => {
  const { user } = showAt(true);
  expect(screen.queryByLabelText("1 Issuer")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Read and decide" }));
  const dialog = screen.getByRole("dialog", { name: "Your decision" });
  expect(within(dialog).getByLabelText("1 Issuer")).toBe(document.activeElement);
  await user.type(within(dialog).getByLabelText("1 Issuer"), "Landgericht");
  await user.click(within(dialog).getByRole("button", { name: "View the order" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(document.activeElement?.textContent).toBe("Larger");
  expect(screen.getByText("1 of 4 facts typed")).toBeDefined();
  await user.click(screen.getByRole("button", { name: "Read and decide" }));
  expect(screen.getByLabelText("1 Issuer")).toHaveProperty("value", "Landgericht");
});

it("on a wide screen the decision is next to the page, once", () => {
  showAt(false);
  expect(screen.getAllByLabelText("1 Issuer")).toHaveLength(1);
  expect(screen.queryByRole("dialog")).toBeNull();
});

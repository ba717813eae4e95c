// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { AccessInForce } from "@/components/domain/access-in-force";
import { answerCalls, show } from "@/lib/testing/components";

/** A stream that reports nothing. */
class Silence extends EventTarget {
  close() {}
}

it("a grant of a closed log is not shown as in force", () => {
  const grant = {
    ...{ id: "01931c2e-0000-7000-8000-000000000000", state: "former_log", max_views: 3, views_left: 3 },
    ...{ not_before: "2026-11-01T00:00:00Z", not_after: "2099-01-01T00:00:00Z" },
  };
  vi.stubGlobal("EventSource", Silence);
  answerCalls(() => ({ status: 200, json: grant }));
  show(<AccessInForce grant={grant} nowMs={Date.parse("2026-12-01T00:00:00Z")} />);
  expect(screen.getByRole("status").textContent).toMatch(/^Of a closed log.*the custodian opens nothing/);
  expect(screen.queryByText("Views left")).toBeNull();
});

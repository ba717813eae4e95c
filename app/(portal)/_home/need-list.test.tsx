// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Need } from "@/lib/home/schema";
import { show } from "@/lib/testing/components";
import { NeedList } from "./need-list";

const NOW = Date.parse("2026-12-01T12:00:00Z");
const need = (kind: Need["kind"], due_at: string): Need => ({
  kind,
  subject: { kind: "grant", id: "01a00000-0000-7000-8000-000000000001" },
  reference: "GR-2026-0001",
  at: "2026-11-30T12:00:00Z",
  due_at,
  is_late: false,
  facts: { transactions: 1, views_left: 3 },
});
const list = (one: Need) =>
  show(<NeedList needs={[one]} nowMs={NOW} principal={{ role: "regulator", name: "Ines" }} />);

describe("the end of access on the home page", () => {
  it("is a day without a minute while it is days away, and the exact time is its title", () => {
    list(need("access_new", "2026-12-31T01:05:00Z"));
    expect(screen.getByText("29 days left")).toBeDefined();
    const time = screen.getByText("31 Dec 2026");
    expect(time.getAttribute("title")).toBe("31 Dec 2026, 01:05:00 UTC");
  });

  it("is the last day that counts where it is the end of a day", () => {
    list(need("access_ends", "2026-12-02T00:00:00Z"));
    expect(screen.getByText("1 Dec 2026")).toBeDefined();
  });

  it("has its minute on the last day, as deadlines always have", () => {
    const { unmount } = list(need("access_new", "2026-12-02T01:05:00Z"));
    expect(screen.getByText(/01:05|02:05/)).toBeDefined();
    unmount();
    list(need("decide", "2026-12-31T01:05:00Z"));
    expect(screen.getByText(/31 Dec 2026, 0[12]:05/)).toBeDefined();
  });
});

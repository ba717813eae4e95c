// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { show } from "@/lib/testing/components";
import { Charts, TablesSwitch, Twin } from "./twin";

const page = () =>
  show(
    <Charts>
      <TablesSwitch />
      <Twin title="Openings" finding="42" chart={<p>chart of openings</p>} table={<p>openings in rows</p>} />
      <Twin title="Requests" isWide chart={<p>chart of requests</p>} table={<p>requests in rows</p>} />
    </Charts>,
  );
const classOf = (text: string) => screen.getByText(text).parentElement?.className;

describe("a chart", () => {
  it("is turned into its table alone, and back", async () => {
    const { user } = page();
    expect([classOf("chart of openings"), classOf("openings in rows")]).toEqual(["", "hidden"]);
    await user.click(screen.getByRole("button", { name: "Table: Openings" }));
    expect([classOf("chart of openings"), classOf("openings in rows")]).toEqual(["hidden", ""]);
    expect(classOf("chart of requests")).toContain("tablet:block");
    await user.click(screen.getByRole("button", { name: "Chart: Openings" }));
    expect(classOf("chart of openings")).toBe("");
  });

  it("follows the switch for all charts, by button and by key, also after it was turned alone", async () => {
    const { user } = page();
    await user.click(screen.getByRole("button", { name: "Table: Openings" }));
    await user.click(screen.getByRole("button", { name: /Show as tables/ }));
    for (const name of ["openings", "requests"])
      expect([classOf(`chart of ${name}`), classOf(`${name} in rows`)]).toEqual(["hidden", ""]);
    await user.keyboard("g");
    expect(screen.getByRole("button", { name: /Show as tables/ })).toBeDefined();
    expect(classOf("chart of openings")).toBe("");
    expect(classOf("chart of requests")).toContain("tablet:block");
  });

  it("that is too wide for a phone is a table there", () => {
    page();
    expect(classOf("chart of requests")).toContain("hidden tablet:block");
    expect(classOf("requests in rows")).toBe("tablet:hidden print:hidden");
  });
});

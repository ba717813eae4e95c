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
      <Twin title="Requests" chart={<p>chart of requests</p>} table={<p>requests in rows</p>} />
    </Charts>,
  );
const isHidden = (text: string) => screen.getByText(text).parentElement?.className.split(" ")[0] === "hidden";

describe("a chart", () => {
  it("is turned into its table alone", async () => {
    const { user } = page();
    expect(screen.getByText("openings in rows").parentElement?.className).toContain("tablet:hidden");
    await user.click(screen.getByRole("button", { name: "Table: Openings" }));
    expect(isHidden("chart of openings")).toBe(true);
    expect(screen.getByText("chart of openings").parentElement?.className).not.toContain("tablet:block");
    expect(screen.getByText("chart of requests").parentElement?.className).toContain("tablet:block");
    await user.click(screen.getByRole("button", { name: "Chart: Openings" }));
    expect(screen.getByText("chart of openings").parentElement?.className).toContain("tablet:block");
  });

  it("follows the switch for all charts, by button and by key, also after it was turned alone", async () => {
    const { user } = page();
    await user.click(screen.getByRole("button", { name: "Table: Openings" }));
    await user.click(screen.getByRole("button", { name: /Show as tables/ }));
    for (const name of ["openings", "requests"])
      expect(screen.getByText(`chart of ${name}`).parentElement?.className).toBe("hidden");
    await user.keyboard("g");
    expect(screen.getByRole("button", { name: /Show as tables/ })).toBeDefined();
    expect(screen.getByText("chart of requests").parentElement?.className).toContain("tablet:block");
  });
});

// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { Breakable } from "@/components/ui/breakable";
import { show } from "@/lib/testing/components";

describe("an address", () => {
  it("breaks after its slashes, except after its scheme", () => {
    const { container } = show(<Breakable>http://localhost:3000/confidential/status</Breakable>);
    expect(container.textContent).toBe("http://localhost:3000/confidential/status");
    expect(container.innerHTML).toContain("http://localhost:3000/<wbr>confidential/<wbr>status");
  });

  it("stays as it is without a slash", () => {
    const { container } = show(<Breakable>verify.json</Breakable>);
    expect(container.querySelector("wbr")).toBeNull();
  });
});

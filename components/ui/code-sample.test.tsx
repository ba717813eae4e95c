// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { CodeSample } from "@/components/ui/code-sample";
import { show } from "@/lib/testing/components";

function codeOf(code: string): Element | null {
  const { container } = show(<CodeSample label="Sample" code={code} />);
  expect(container.querySelector("code")?.textContent).toBe(code);
  return container.querySelector("code");
}

describe("a code sample", () => {
  it("keeps the two hyphens before arguments and a name with hyphens whole", () => {
    const whole = codeOf("npm run verify -- audit-log.zip")?.querySelectorAll(".whitespace-nowrap") ?? [];
    expect([...whole].map(({ textContent }) => textContent)).toEqual(["--", "audit-log.zip"]);
  });

  it("keeps the last name of a path whole and can break before it", () => {
    expect(codeOf("open /tmp/audit-log.zip")?.innerHTML).toBe(
      'open /tmp/<wbr><span class="whitespace-nowrap">audit-log.zip</span>',
    );
  });

  it("can break after the commas of a line without spaces", () => {
    expect(codeOf("name,email,role")?.innerHTML).toBe("name,<wbr>email,<wbr>role");
    expect(codeOf("10, 20")?.querySelectorAll("wbr")).toHaveLength(0);
  });
});

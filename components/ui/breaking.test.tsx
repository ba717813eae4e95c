// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { Breaking } from "@/components/ui/breaking";
import { show } from "@/lib/testing/components";

describe("an address", () => {
  it("keeps its text and can break after each slash between words", () => {
    const { container } = show(<Breaking text="$BASE/confidential/webhooks/{id}/deliveries" />);
    expect(container.textContent).toBe("$BASE/confidential/webhooks/{id}/deliveries");
    expect(container.innerHTML).toContain("$BASE/<wbr>confidential/<wbr>webhooks/<wbr>{id}/<wbr>deliveries");
  });

  it("can break at the marks of a public key", () => {
    const { container } = show(<Breaking text="log.example/1f+5eacae81+AXeN/h" />);
    expect(container.innerHTML).toContain("log.example/<wbr>1f+<wbr>5eacae81+<wbr>AXeN/<wbr>h");
  });

  it("has no other break", () => {
    const { container } = show(<Breaking text="sed '/^$/,$d' https://portal.example" />);
    expect(container.querySelectorAll("wbr")).toHaveLength(0);
  });
});

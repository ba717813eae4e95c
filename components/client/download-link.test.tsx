// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { describe, expect, it, onTestFinished } from "vitest";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { DownloadLink } from "./download-link";

/** Addresses that the browser was given to save, in order. */
function saved(): string[] {
  const addresses: string[] = [];
  const make = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function click() {
    if (this.hasAttribute("download")) addresses.push(new URL(this.href).pathname);
  };
  onTestFinished(() => {
    HTMLAnchorElement.prototype.click = make;
  });
  return addresses;
}

describe("a download link", () => {
  it("has the browser save the address as a file, so that JSON does not replace the page", async () => {
    const addresses = saved();
    const calls = answerCalls(() => ({ status: 200, json: {} }));
    const { user } = show(<DownloadLink href="/confidential/file">Save</DownloadLink>);
    await user.click(screen.getByRole("link", { name: "Save" }));
    await expect.poll(() => addresses).toEqual(["/confidential/file"]);
    expect(calls.map(({ method }) => method)).toEqual(["HEAD"]);
  });

  it("saves nothing and shows why where the portal refuses", async () => {
    const addresses = saved();
    answerCalls(() => problem(403, "access.forbidden"));
    const { user } = show(<DownloadLink href="/confidential/file">Save</DownloadLink>);
    await user.click(screen.getByRole("link", { name: "Save" }));
    expect(await screen.findByText("The action failed")).toBeDefined();
    expect(addresses).toEqual([]);
  });
});

// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { FoundInText } from "@/app/(portal)/requests/new/_components/document/facts-in-text";
import { answerCalls, problem, type Reply, show } from "@/lib/testing/components";
import { OrderDocument } from "./order-document";

/** Shows an order with this answer for its file, and returns what was reported about its text. */
async function showOrder(answer: Reply) {
  answerCalls(() => answer);
  const said: (FoundInText | "none")[] = [];
  show(
    <OrderDocument
      address="/confidential/access/requests/r/authorizations/a/document"
      mediaType="application/pdf"
      facts={[]}
      onText={(text) => said.push(text)}
    />,
  );
  await screen.findByText("The order cannot be shown");
  return said;
}

describe("an order that cannot be shown", () => {
  it("can be read by hand where the file was received, and is offered for download", async () => {
    const said = await showOrder({ status: 200, json: "not a PDF" });
    await waitFor(() => expect(said).toEqual(["none"]));
    expect(screen.getByText("Download the order to read it.")).toBeDefined();
    expect(screen.getByRole("link", { name: "Download" })).toBeDefined();
  });

  it("cannot be confirmed as read where the file was not received", async () => {
    const said = await showOrder(problem(503, "service.unavailable"));
    expect(screen.queryByText("Download the order to read it.")).toBeNull();
    expect(screen.getByRole("button", { name: "Try again" })).toBeDefined();
    expect(said).toEqual([]);
  });
});

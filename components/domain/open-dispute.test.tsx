// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { OpenDispute } from "@/components/domain/open-dispute";
import { answerCalls, show } from "@/lib/testing/components";

const TX = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const STANDING = "/confidential/account/roster";

function portal() {
  return answerCalls(({ path }) =>
    path === STANDING
      ? { status: 200, json: { signed_by: "portal", keys: [], rp_id: "portal.example" } }
      : { status: 201, json: { id: "d-1" } },
  );
}
const send = () => within(screen.getByRole("dialog")).getByRole("button", { name: "Open dispute" });

describe("the dialog that opens a dispute", () => {
  it("focuses what is missing, the reason first, and sends nothing", async () => {
    const calls = portal();
    const { user } = show(<OpenDispute transactionId={TX} sealedFields={["amount"]} />);
    await user.click(screen.getByRole("button", { name: "Open dispute" }));
    await user.click(await screen.findByRole("checkbox", { name: "Amount" }));
    await user.click(send());
    expect(await screen.findByText("Describe what is wrong")).toBeDefined();
    expect(screen.getByText("Choose at least one field")).toBeDefined();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("What is wrong")));
    expect(calls).toEqual([]);
  });

  it("sends the reason and the chosen fields, and leads to the dispute", async () => {
    const calls = portal();
    const { user, moves } = show(<OpenDispute transactionId={TX} sealedFields={["amount", "pricing"]} />);
    await user.click(screen.getByRole("button", { name: "Open dispute" }));
    await user.selectOptions(await screen.findByLabelText("What it is about"), "price");
    await user.type(screen.getByLabelText("What is wrong"), "The price");
    await user.click(screen.getByRole("checkbox", { name: "Pricing" }));
    await user.click(send());
    await waitFor(() => expect(moves).toEqual([["push", "/disputes/d-1"]]));
    expect(calls.find(({ path }) => path !== STANDING)?.body).toEqual({
      ground: "price",
      reason: "The price",
      fields: ["amount"],
    });
  });

  it("names no fields where nothing is sealed", async () => {
    const calls = portal();
    const { user } = show(<OpenDispute transactionId={TX} sealedFields={[]} />);
    await user.click(screen.getByRole("button", { name: "Open dispute" }));
    await user.selectOptions(await screen.findByLabelText("What it is about"), "price");
    await user.type(screen.getByLabelText("What is wrong"), "The price");
    await user.click(send());
    await waitFor(() =>
      expect(calls.map(({ body }) => body)).toEqual([{ ground: "price", reason: "The price" }]),
    );
  });
});

// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { show } from "@/lib/testing/components";
import { NewTransactionForm } from "./new-transaction";

const recipientOf = (participantId: string) => ({
  participantId,
  kid: `${participantId}/1`,
  fingerprint: "A".repeat(43),
});
const OWN = recipientOf("client-456");
const MINER = recipientOf("miner-789");

describe("the form of a new transaction", () => {
  it("chooses the only possible recipient, and none of several", () => {
    const { unmount } = show(<NewTransactionForm own="client-456" recipients={[OWN, MINER]} />);
    expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "miner-789" }).checked).toBe(true);
    unmount();
    show(<NewTransactionForm own="client-456" recipients={[OWN, MINER, recipientOf("miner-790")]} />);
    expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "miner-789" }).checked).toBe(false);
  });
});

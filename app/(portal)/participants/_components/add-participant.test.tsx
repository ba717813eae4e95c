// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { answerCalls, show } from "@/lib/testing/components";
import { AddParticipant } from "./add-participant";

const COMPANIES = [{ id: "01936f2a-7c1b-7def-8a10-3f2b4c5d6e80", name: "Alder Ltd" }];
const idField = () => screen.getByLabelText<HTMLInputElement>("Id");

async function open() {
  const calls = answerCalls(() => ({ status: 201, json: {} }));
  const { user } = show(<AddParticipant companies={COMPANIES} next={{ client: 457, miner: 1 }} />);
  await user.click(screen.getByRole("button", { name: "Add a participant" }));
  return { user, calls };
}

describe("the drawer that adds a participant", () => {
  it("offers the next free id of the chosen role", async () => {
    const { user, calls } = await open();
    expect(idField().value).toBe("client-457");
    await user.click(screen.getByRole("radio", { name: "Provider (miner)" }));
    expect(idField().value).toBe("provider-1");
    // The only company is filled in.
    await user.click(screen.getByRole("button", { name: "Add participant" }));
    await expect
      .poll(() => calls.map(({ body }) => body))
      .toMatchObject([{ id: "provider-1", role: "miner", organisation_id: COMPANIES[0]?.id }]);
  });

  it("keeps an id that the person has typed", async () => {
    const { user } = await open();
    await user.clear(idField());
    await user.type(idField(), "alder");
    await user.click(screen.getByRole("radio", { name: "Provider (miner)" }));
    expect(idField().value).toBe("alder");
  });
});

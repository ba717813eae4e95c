// @vitest-environment happy-dom
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { answerCalls, show } from "@/lib/testing/components";
import { RegisterAuthority } from "./register-authority";

const send = () => screen.getByRole("button", { name: /^Register (key|trust anchor)$/ });

async function open(kind: "key" | "anchor") {
  const shown = show(<RegisterAuthority kind={kind} />);
  await shown.user.click(screen.getByRole("button", { name: /^Register a / }));
  return shown;
}

describe("the form that registers an issuer", () => {
  it.each([
    ["key", 6],
    ["anchor", 3],
  ] as const)("names every empty control of a %s and sends nothing", async (kind, count) => {
    const calls = answerCalls(() => ({ status: 201, json: {} }));
    const { user, baseElement } = await open(kind);
    await user.click(send());
    await waitFor(() => expect(baseElement.querySelectorAll("[aria-invalid=true]")).toHaveLength(count));
    expect(document.activeElement).toBe(screen.getByLabelText("Issuer"));
    expect(calls).toEqual([]);
  });

  it("sends a key as valid from its first day to the end of its last", async () => {
    const calls = answerCalls(() => ({ status: 201, json: { id: "a-1", digest: "d".repeat(43) } }));
    const { user } = await open("key");
    await user.type(screen.getByLabelText("Issuer"), "Landgericht Hamburg");
    await user.type(screen.getByLabelText("Jurisdiction"), "de");
    await user.type(screen.getByLabelText("Key id"), "lg-hh-1");
    await user.type(screen.getByLabelText("Public key"), "p".repeat(43));
    fireEvent.change(screen.getByLabelText("Valid from"), { target: { value: "2026-01-01" } });
    fireEvent.change(screen.getByLabelText("Valid until"), { target: { value: "2026-12-31" } });
    await user.click(send());
    await waitFor(() => expect(calls).toHaveLength(1));
    expect(calls[0]?.body).toEqual({
      kind: "key",
      issuer: "Landgericht Hamburg",
      jurisdiction: "DE",
      kid: "lg-hh-1",
      public_key: "p".repeat(43),
      valid_from: "2026-01-01T00:00:00.000Z",
      valid_until: "2027-01-01T00:00:00.000Z",
    });
    expect(await screen.findByText("Registered")).toBeDefined();
  });
});

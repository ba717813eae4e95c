// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { answerCalls, show } from "@/lib/testing/components";
import { SignRecovery } from "./sign-recovery";

const WANTED = { log: "sealport.internal/1", from: 58, to: 60, root: "A".repeat(43) };
const SIGNING = { rp_id: "localhost", credential_ids: ["AQ"] };

async function paste(line: string) {
  const calls = answerCalls(() => ({ status: 500, json: {} }));
  const { user } = show(<SignRecovery person="admin-ada" signing={SIGNING} />);
  await user.click(screen.getByLabelText("Statement"));
  await user.paste(line);
  await user.click(screen.getByRole("button", { name: "Sign the statement with your passkey" }));
  return calls;
}

it("shows what is signed, and says where this browser has no passkeys", async () => {
  const calls = await paste(` ${JSON.stringify(WANTED)} `);
  expect(
    screen.getByText("You sign: entries 58 to 59 of the log sealport.internal/1 are appended again."),
  ).toBeDefined();
  expect(await screen.findByText("Nothing was signed")).toBeDefined();
  expect(calls).toEqual([]);
});

it.each([
  "not JSON",
  JSON.stringify({ ...WANTED, person: "admin-ben" }),
  JSON.stringify({ ...WANTED, from: 60 }),
  JSON.stringify({ ...WANTED, root: "A" }),
])("asks for no passkey for another text: %s", async (line) => {
  await paste(line);
  expect(screen.getByText("This is not a statement that npm run recover prints")).toBeDefined();
  expect(screen.queryByText(/^You sign/)).toBeNull();
});

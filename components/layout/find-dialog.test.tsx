// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { FindDialog } from "./find-dialog";

const VIEWER = { name: "Jonas Weber", organisation: "Sealport AB", role: "coordinator", duties: ["legal"] };
const ID = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const FOUND = {
  items: [
    { kind: "request", id: ID, name: "AR-2026-00000031", note: "102 O 88/26" },
    { kind: "person", id: ID, name: "Marta Lindqvist", note: "Sealport AB" },
  ],
  more: [],
} as const;

it("asks once for what was typed, shows what was found with its note, and Enter jumps to it", async () => {
  const calls = answerCalls(() => ({ status: 200, json: FOUND }));
  const { user, moves } = show(<FindDialog viewer={VIEWER} onClose={() => undefined} />);
  await user.paste("102 O 88");
  expect(await screen.findByRole("option", { name: /Request AR-2026-00000031/ })).toBeDefined();
  expect(screen.getByText("102 O 88/26")).toBeDefined();
  expect(screen.getByRole("option", { name: /Marta Lindqvist/ })).toBeDefined();
  await user.keyboard("{Enter}");
  expect(moves).toEqual([["push", `/requests/${ID}`]]);
  expect(calls.map(({ path }) => path)).toEqual(["/confidential/search?q=102+O+88"]);
});

it("Enter before the answer waits for it and jumps to what was found, not to a list", async () => {
  answerCalls(() => ({ status: 200, json: FOUND }));
  const { user, moves } = show(<FindDialog viewer={VIEWER} onClose={() => undefined} />);
  await user.paste("102 O 88");
  await user.keyboard("{Enter}");
  await waitFor(() => expect(moves).toEqual([["push", `/requests/${ID}`]]));
});

it("says that there is more than it shows", async () => {
  answerCalls(() => ({ status: 200, json: { ...FOUND, more: ["request"] } }));
  const { user } = show(<FindDialog viewer={VIEWER} onClose={() => undefined} />);
  await user.paste("102 O 88");
  expect(await screen.findByText(/^There are more results/)).toBeDefined();
});

it("a search that fails says so, and the lists and pages stay", async () => {
  answerCalls(() => problem(503, "service.database-unavailable"));
  const { user } = show(<FindDialog viewer={VIEWER} onClose={() => undefined} />);
  await user.keyboard("requests");
  expect(await screen.findByText("The search failed. Try again in a moment.")).toBeDefined();
  expect(screen.getByRole("option", { name: "Requests" })).toBeDefined();
  expect(screen.getByRole("option", { name: "Requests with reference requests" })).toBeDefined();
});

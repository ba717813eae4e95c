// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ActButton, ActRow, act, type RowAct } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { addAuthorityList } from "@/lib/api-client/operations/authorities";
import type { revokeGrant } from "@/lib/api-client/operations/grants";
import type { rotateKey } from "@/lib/api-client/operations/keys";
import { answerCalls, problem, show } from "@/lib/testing/components";

const ID = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const REVOKE = target<typeof revokeGrant>("POST", "/confidential/access/grants/{id}/revoke");
const ROTATE = target<typeof rotateKey>("POST", "/confidential/keys/{id}/rotate");
const DONE = { status: 200, json: { id: ID } } as const;

function revoke(more: Partial<Parameters<typeof act<typeof revokeGrant, "reason">>[1]> = {}): RowAct {
  return act<typeof revokeGrant, "reason">("revoke", {
    call: REVOKE,
    params: { id: ID },
    label: "Revoke",
    title: "Revoke grant",
    text: "It ends at once.",
    fields: { reason: { kind: "reason", label: "Reason", missing: "Enter the reason" } },
    body: ({ reason }) => ({ reason }),
    yes: "Revoke grant",
    failed: "The grant was not revoked",
    danger: true,
    ...more,
  });
}
const open = () => screen.getByRole("button", { name: "Revoke" });
const yes = () => screen.getByRole("button", { name: "Revoke grant" });
const dialog = () => screen.queryByRole("dialog", { name: "Revoke grant" });

describe("an act with a dialog", () => {
  it("asks for the reason in a dialog that focuses it, and does not send without one", async () => {
    const calls = answerCalls(() => DONE);
    const { user } = show(<ActRow acts={[revoke()]} />);
    expect(dialog()).toBeNull();
    await user.click(open());
    expect(document.activeElement).toBe(screen.getByLabelText("Reason"));
    await user.click(yes());
    expect(await screen.findByText("Enter the reason")).toBeDefined();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Reason")));
    expect(calls).toEqual([]);
  });

  it("sends the trimmed reason once, closes, and reads the page again", async () => {
    let answer = (): void => undefined;
    const calls = answerCalls(() => new Promise((resolve) => (answer = () => resolve(DONE))));
    const { user, moves } = show(<ActRow acts={[revoke()]} />);
    await user.click(open());
    await user.type(screen.getByLabelText("Reason"), " Set aside ");
    await user.click(yes());
    await waitFor(() => expect(yes().getAttribute("aria-busy")).toBe("true"));
    expect(screen.getByRole("button", { name: "Close" })).toHaveProperty("disabled", true);
    await user.click(yes());
    answer();
    await waitFor(() => expect(dialog()).toBeNull());
    expect(calls.map(({ path, body }) => [path, body])).toEqual([
      [`/confidential/access/grants/${ID}/revoke`, { reason: "Set aside" }],
    ]);
    expect(moves).toEqual([["refresh"]]);
  });

  it("shows a failure in the dialog, keeps the answer, and reads an old page again only when it closes", async () => {
    answerCalls(() => problem(409, "request.conflict"));
    const { user, moves } = show(<ActRow acts={[revoke()]} />);
    await user.click(open());
    await user.type(screen.getByLabelText("Reason"), "Set aside");
    await user.click(yes());
    expect(await screen.findByText("The grant was not revoked")).toBeDefined();
    expect(screen.getByLabelText("Reason")).toHaveProperty("value", "Set aside");
    expect(moves).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(moves).toEqual([["refresh"]]);
  });

  it("shows what a 422 refuses at its field", async () => {
    answerCalls(() =>
      problem(422, "request.invalid", {
        errors: [{ pointer: "/reason", detail: "must have at most 5 characters" }],
      }),
    );
    const { user } = show(<ActRow acts={[revoke()]} />);
    await user.click(open());
    await user.type(screen.getByLabelText("Reason"), "Set aside");
    await user.click(yes());
    expect(await screen.findByText(/longer than 5 characters/)).toBeDefined();
    expect(screen.getByLabelText("Reason").getAttribute("aria-invalid")).toBe("true");
    expect(screen.queryByText("The grant was not revoked")).toBeNull();
  });

  it("explains a failure in its own words, and passes it to the page when the dialog is closed", async () => {
    answerCalls(() => problem(409, "key.state"));
    const left: unknown[] = [];
    const { user } = show(
      <ActRow
        acts={[
          revoke({ explain: () => "Another person was faster", onLeft: (failure) => left.push(failure) }),
        ]}
      />,
    );
    await user.click(open());
    await user.type(screen.getByLabelText("Reason"), "Set aside");
    await user.click(yes());
    expect(await screen.findByText("Another person was faster")).toBeDefined();
    expect(screen.queryByText("The grant was not revoked")).toBeNull();
    expect(left).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(left).toHaveLength(1);
  });

  it("keeps its dialog when the page takes the act away", async () => {
    answerCalls(() => DONE);
    const { user, rerender } = show(<ActRow acts={[revoke()]} none="ended" />);
    await user.click(open());
    rerender(<ActRow acts={[]} none="ended" />);
    expect(screen.getByText("ended")).toBeDefined();
    expect(dialog()).not.toBeNull();
  });

  it("shows what follows in the dialog, and reads the page again when that is closed", async () => {
    answerCalls(() => DONE);
    const { user, moves } = show(
      <ActRow
        acts={[
          revoke({
            done: (_answer, close) => (
              <button type="button" onClick={close}>
                I kept the secret
              </button>
            ),
          }),
        ]}
      />,
    );
    await user.click(open());
    await user.type(screen.getByLabelText("Reason"), "Set aside");
    await user.click(yes());
    await user.click(await screen.findByRole("button", { name: "I kept the secret" }));
    expect(dialog()).toBeNull();
    expect(moves).toEqual([["refresh"]]);
  });
});

describe("an act with a file", () => {
  const ADD = target<typeof addAuthorityList>("POST", "/confidential/admin/authorities/{id}/crls");
  const add = () => (
    <ActButton
      call={ADD}
      params={{ id: ID }}
      label="Add"
      title="Add list"
      fields={{
        crl: {
          kind: "file",
          accept: ".pem",
          read: (file) => file.text(),
          label: "List",
          missing: "Choose one",
        },
      }}
      body={({ crl }) => ({ crl })}
      yes="Add list"
    />
  );

  it("asks for the file, names the chosen one, and sends what it is read as", async () => {
    const calls = answerCalls(() => DONE);
    const { user, baseElement } = show(add());
    await user.click(screen.getByRole("button", { name: "Add" }));
    await user.click(screen.getByRole("button", { name: "Add list" }));
    expect(await screen.findByText("Choose one")).toBeDefined();
    const choose = screen.getByRole("button", { name: "Choose a file: List" });
    await waitFor(() => expect(document.activeElement).toBe(choose));
    const input = baseElement.querySelector<HTMLInputElement>("input[type=file]");
    if (input === null) throw new Error("no input for a file");
    await user.upload(input, new File(["-----BEGIN"], "list.pem"));
    expect(await screen.findByText("list.pem")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Add list" }));
    await waitFor(() => expect(calls.map(({ body }) => body)).toEqual([{ crl: "-----BEGIN" }]));
  });
});

describe("an act with a choice", () => {
  it("sends what is chosen", async () => {
    const calls = answerCalls(() => DONE);
    const { user } = show(
      <ActButton
        call={ROTATE}
        params={{ id: ID }}
        label="Rotate"
        title="Rotate key"
        fields={{
          mode: {
            kind: "choice",
            label: "How",
            initial: "rewrap",
            options: [
              { value: "rewrap", label: "Re-wrap" },
              { value: "reseal", label: "Reseal" },
            ],
          },
        }}
        body={({ mode }) => ({ mode: mode === "reseal" ? ("reseal" as const) : ("rewrap" as const) })}
        yes="Rotate it"
      />,
    );
    await user.click(screen.getByRole("button", { name: "Rotate" }));
    await user.click(screen.getByLabelText("Reseal"));
    await user.click(screen.getByRole("button", { name: "Rotate it" }));
    await waitFor(() => expect(calls.map(({ body }) => body)).toEqual([{ mode: "reseal" }]));
  });
});

describe("an act without a dialog", () => {
  it("acts at once and shows a failure below its button", async () => {
    answerCalls(() => problem(403, "access.forbidden"));
    const { user, moves } = show(
      <ActButton call={REVOKE} params={{ id: ID }} label="Revoke" failed="The grant was not revoked" />,
    );
    await user.click(open());
    expect(await screen.findByText("The grant was not revoked")).toBeDefined();
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(moves).toEqual([["refresh"]]);
  });

  it("outlives its page only where it says so", async () => {
    const calls = answerCalls(() => DONE);
    const { user } = show(
      <>
        <ActButton call={REVOKE} params={{ id: ID }} label="Revoke" outlivesPage />
        <ActButton call={ROTATE} params={{ id: ID }} label="Rotate" />
      </>,
    );
    await user.click(open());
    await user.click(screen.getByRole("button", { name: "Rotate" }));
    await waitFor(() => expect(calls.map((one) => one.outlivesPage)).toEqual([true, false]));
  });

  it("replaces the page when it is the last act there, and takes no second press meanwhile", async () => {
    const replace = vi.spyOn(location, "replace").mockReturnValue(undefined);
    onTestFinished(() => replace.mockRestore());
    const calls = answerCalls(() => DONE);
    const { user } = show(
      <ActButton call={REVOKE} params={{ id: ID }} label="Revoke" leadsTo={() => "/done"} isLast />,
    );
    await user.click(open());
    await waitFor(() => expect(replace.mock.calls).toEqual([["/done"]]));
    await user.click(open());
    expect(calls).toHaveLength(1);
  });
});

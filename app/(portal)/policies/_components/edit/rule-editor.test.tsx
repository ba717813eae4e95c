// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import { EMPTY_FORM, type PolicyForm } from "@/lib/policies/authoring/form";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { spanOf } from "./cedar-editor";
import { RuleEditor } from "./rule-editor";

const FORM: PolicyForm = { ...EMPTY_FORM, roles: ["client"], records: "own", purposes: ["settlement"] };
const POLICY = {
  id: "client-own",
  text: 'permit(principal in Role::"client", action == Action::"open", resource);',
  examples: [],
};
const DOCUMENT: PolicyDocument = {
  format: 1,
  policies: [POLICY],
  settings: {
    quorums: { legal: 1, coordinator: 1 },
    grants: { max_views: 20, max_exports: 1, max_days: 90 },
    review_days: 10,
    retention: { classes: { "*": 2_555 }, roles: { "*": 1_825 } },
  },
};
const edited = { number: 2, revision: 5, document: DOCUMENT, policy: POLICY };
const fault = {
  policy: "client-own",
  line: 2,
  column: 3,
  length: 4,
  example: null,
  message: "Unknown attribute.",
};

describe("editor of a rule", () => {
  it("writes the sentence while the form is filled in, and saves Cedar text", async () => {
    const calls = answerCalls(() => ({ status: 200, json: { number: 2 } }));
    const { user, moves } = show(<RuleEditor {...edited} reading={{ kind: "form", form: FORM }} />);
    await user.click(screen.getByRole("checkbox", { name: "Dispute" }));
    await waitFor(() =>
      expect(screen.getByText("The rule says").parentElement?.textContent).toContain(
        "Clients may open their own transactions for settlement or a dispute.",
      ),
    );
    await user.click(screen.getByRole("button", { name: "Save the rule" }));
    await waitFor(() => expect(moves.length).toBeGreaterThan(0));
    const [call] = calls;
    expect([call?.method, call?.path]).toEqual(["PUT", "/confidential/policies/2"]);
    expect(JSON.stringify(call?.body)).toContain(
      '[\\"settlement\\", \\"dispute\\"].contains(context.purpose)',
    );
  });

  it("locks the form for a text that the form cannot say", () => {
    show(<RuleEditor {...edited} reading={{ kind: "locked", construct: "unless" }} />);
    expect(screen.getByRole("button", { name: "As a form" })).toHaveProperty("disabled", true);
    expect(screen.getByText(/which the form cannot show/).textContent).toContain("unless");
  });

  it("refuses a name that another rule has, before anything is sent", async () => {
    const calls = answerCalls(() => ({ status: 200, json: {} }));
    const { policy: _, ...rest } = edited;
    const { user } = show(<RuleEditor {...rest} reading={{ kind: "form", form: FORM }} />);
    await user.type(screen.getByLabelText("Name of the rule"), "client-own");
    await user.click(screen.getByRole("button", { name: "Save the rule" }));
    expect((await screen.findAllByText("Another rule has this name")).length).toBeGreaterThan(0);
    expect(calls).toEqual([]);
  });

  it("lists the faults of a refused save at their places", async () => {
    answerCalls(() => problem(422, "policy.invalid", { faults: [fault] }));
    const { user } = show(<RuleEditor {...edited} reading={{ kind: "form", form: FORM }} />);
    await user.click(screen.getByRole("button", { name: "Save the rule" }));
    expect(await screen.findByText("Line 2, column 3: Cedar says: Unknown attribute.")).toBeDefined();
  });

  it("says a usual fault in plain words", async () => {
    const message = 'Attribute `colour` in context for Action::"open" not found: did you mean `group`?.';
    answerCalls(() => problem(422, "policy.invalid", { faults: [{ ...fault, message }] }));
    const { user } = show(<RuleEditor {...edited} reading={{ kind: "form", form: FORM }} />);
    await user.click(screen.getByRole("button", { name: "Save the rule" }));
    expect(await screen.findByText("Line 2, column 3: There is no fact “colour” here.")).toBeDefined();
  });

  it("adds an example and removes it again", async () => {
    const { user } = show(<RuleEditor {...edited} reading={{ kind: "form", form: FORM }} />);
    await user.click(screen.getByRole("button", { name: "Add an example" }));
    const box = within(await screen.findByRole("dialog"));
    await user.type(box.getByLabelText("What it shows"), "Monday is open");
    await user.click(box.getByRole("button", { name: "Use this example" }));
    expect(await screen.findByText("Monday is open")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Remove Monday is open" }));
    expect(screen.queryByText("Monday is open")).toBeNull();
  });
});

describe("place of a fault", () => {
  it("counts characters, not units, and marks a word where the fault has no length", () => {
    expect(spanOf("a\n  abcd", fault)).toEqual({ from: 4, to: 8 });
    expect(spanOf("a\n𝄞 abcd", fault)).toEqual({ from: 5, to: 9 });
    expect(spanOf("a\n  abcd efg", { ...fault, length: 0 })).toEqual({ from: 4, to: 8 });
    expect(spanOf("a", { ...fault, line: null })).toBeUndefined();
  });
});

// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { type Asked, answerCalls, problem, type Reply, show } from "@/lib/testing/components";
import type { Answers, FormOptions } from "./answers/answers";
import { options } from "./answers/options-fixture";
import { NewRequest } from "./new-request";

const ID = "0198c0de-0000-7000-8000-00000000000a";
const TX = "0198c0de-0000-7000-8000-000000000001";
const DRAFTS = "/confidential/access/requests";

const ofStaff: FormOptions = {
  ...options,
  person: "coordinator-002",
  organisation: "Sealport",
  fields: ["amount", "pricing"],
  needsAuthority: false,
  kinds: [],
};
const prefill: Partial<Answers> = { purpose: "audit", ids: [TX], fields: ["amount"] };

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, "", "/requests/new");
});

const reason = () => screen.getByRole("textbox", { name: /^Reason/ });
const open = () => show(<NewRequest options={ofStaff} prefill={prefill} />);

function viewOf(version: number, justification: string): RequestView {
  const view = {
    id: ID,
    reference: "AR-2026-00000007",
    version,
    updated_at: "2026-11-29T10:00:00Z",
    purpose: "audit",
    justification,
    transactions: [TX],
    fields: ["amount"],
    level: "full",
    max_views: 20,
    max_exports: 5,
  };
  // Only what the form reads of a request.
  return view as unknown as RequestView;
}

/** A server with one draft. Its calls about transactions are always answered. */
function serve(answer: (asked: Asked, nth: number) => Reply) {
  let nth = 0;
  const drafts: Asked[] = [];
  answerCalls((asked) => {
    if (!asked.path.startsWith(DRAFTS))
      return { status: 200, json: { job_id: "job-1", timestamp: "2026-11-29T09:00:00Z" } };
    drafts.push(asked);
    nth += 1;
    return answer(asked, nth);
  });
  return drafts;
}

describe("a new request", () => {
  it("says what follows from its purpose: who is notified, which fields are usual, and when an answer is due", async () => {
    serve(() => "lost");
    const notices = [
      { purpose: "compliance", kind: "court_order", mode: "none" },
      { purpose: "audit", kind: "court_order", mode: "queued" },
    ] as const;
    const { user } = show(<NewRequest options={{ ...options, notices }} prefill={{}} />);
    const followsOf = (name: string) =>
      screen.getByText(name, { selector: "dt" }).nextElementSibling?.textContent;
    expect(screen.queryByText("Answer due", { selector: "dt" })).toBeNull();
    await user.click(screen.getByRole("radio", { name: /^Compliance/ }));
    expect([followsOf("Will the parties be notified?"), followsOf("Answer due")]).toEqual([
      "Depends on the kind of order",
      "Depends on the kind of order",
    ]);
    await user.selectOptions(screen.getByRole("combobox", { name: "Kind" }), "court_order");
    expect(followsOf("Will the parties be notified?")).toMatch(
      /^No\. Parties are not notified of a request with this kind of legal authority/,
    );
    expect(followsOf("Usual")).toBe("Amount and pricing in full, parties masked");
    expect(followsOf("Answer due")).toBe("14 days after you submit");
    await user.click(screen.getByRole("radio", { name: /^Audit/ }));
    expect(followsOf("Will the parties be notified?")).toMatch(/^Only after the operator confirms/);
    expect(followsOf("Usual")).toBe("Amount, pricing and settlement details, in full");
  });

  it("lists what is missing in a summary that takes the focus, and sends nothing", async () => {
    const drafts = serve(() => "lost");
    const { user } = show(<NewRequest options={ofStaff} prefill={{}} />);
    await user.click(screen.getByRole("button", { name: "Check answers" }));
    const summary = await screen.findByRole("alert", { name: /things to correct/ });
    await waitFor(() => expect(document.activeElement).toBe(summary));
    expect(
      within(summary)
        .getAllByRole("link")
        .map((link) => link.getAttribute("href")),
    ).toEqual(["#request-ids", "#request-fields", "#request-purpose", "#request-justification"]);
    expect(drafts).toEqual([]);
  });

  it("keeps its text in the window when the connection is lost, also for a form that is opened again", async () => {
    serve(() => "lost");
    const { user, unmount } = open();
    await user.type(reason(), "Half a thought");
    expect(await screen.findByText("Connection lost")).toBeDefined();
    expect(screen.getByText("No connection: kept in this window")).toBeDefined();
    unmount();
    show(<NewRequest options={ofStaff} prefill={{}} />);
    expect(await screen.findByText("Your entries were restored")).toBeDefined();
    expect(reason()).toHaveProperty("value", "Half a thought");
  });

  it("keeps its text when the session has ended, and offers to sign in", async () => {
    serve(() => problem(401, "auth.required"));
    const { user } = open();
    await user.type(reason(), "Typed after the end");
    const link = await screen.findByRole("link", { name: "Sign in and come back" });
    expect(link.getAttribute("href")).toBe("/sign-in?to=%2Frequests%2Fnew");
    expect(JSON.stringify(Object.values(sessionStorage))).toContain("Typed after the end");
  });

  it.each([
    ["Keep mine", "Mine", 8],
    ["Load the other version", "Theirs", 7],
  ] as const)("asks which version stays after a conflict: %s", async (choice, expected, version) => {
    let stored = viewOf(1, "First");
    serve(({ method, headers, body }) => {
      if (method === "PATCH" && headers.get("if-match") !== `"${stored.version}"`)
        return problem(412, "request.outdated");
      if (method === "PATCH")
        stored = viewOf(stored.version + 1, String(Reflect.get(Object(body), "justification")));
      return { status: 200, json: stored };
    });
    const { user } = open();
    await user.type(reason(), "First");
    expect(await screen.findByText(/^Draft AR-2026-00000007, saved/)).toBeDefined();
    stored = viewOf(7, "Theirs");
    await user.clear(reason());
    await user.type(reason(), "Mine");
    const conflict = await screen.findByRole("alert", { name: "Changed in another window" });
    expect(document.activeElement).toBe(reason());
    expect(conflict.textContent).toContain("differs in: Reason");
    expect(reason()).toHaveProperty("value", "Mine");
    await user.click(within(conflict).getByRole("button", { name: choice }));
    expect(await screen.findByText(/^Draft AR-2026-00000007, saved/)).toBeDefined();
    expect(reason()).toHaveProperty("value", expected);
    expect(stored).toMatchObject({ justification: expected, version });
  });
});

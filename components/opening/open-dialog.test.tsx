// @vitest-environment happy-dom
import { configure, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { OpenGrantButton, OpeningHost } from "@/components/opening/opening-host";
import type { OpeningRequest } from "@/components/opening/use-open-dialog";
import { type Asked, answerCalls, problem, type Reply, show } from "@/lib/testing/components";

/** A stream on which nothing is heard: the browser's own has no network here. */
class Silence extends EventTarget {
  close(): void {}
}
beforeEach(() => {
  vi.stubGlobal("EventSource", Silence);
  return () => vi.unstubAllGlobals();
});

// The dialog comes with the first press, and a busy machine takes its time to load it.
configure({ asyncUtilTimeout: 60_000 });

const GRANT = "0198c0de-0000-7000-8000-00000000000a";
const [ONE, TWO, THREE] = [1, 2, 3].map((n) => `0198c0de-0000-7000-8000-00000000000${n}`) as [
  string,
  string,
  string,
];

const detail = (viewsLeft: number, transactions: readonly string[]) => ({
  id: GRANT,
  reference: "GR-2026-1",
  transactions,
  fields: ["amount"],
  masked_fields: [],
  level: "full",
  purpose: "audit",
  not_before: "2026-11-01T00:00:00Z",
  not_after: "2099-01-01T00:00:00Z",
  max_views: 20,
  views_left: viewsLeft,
  max_exports: 1,
  exports_left: 1,
  state: "active",
  authority: { kind: "court_order", issuer: "Landgericht", case_number: "18 O 1/26" },
  jobs: transactions.map((id, index) => ({
    transaction_id: id,
    job_id: `job-${index + 1}`,
    status: "settled",
  })),
  openings: [],
});

interface World {
  readonly viewsLeft?: number;
  readonly transactions?: readonly string[];
  readonly standing?: object;
  /** The answer to a prepared opening, instead of the statement. */
  readonly refusal?: Reply;
}

const idsOf = ({ body }: Asked): string[] => Object(body).transactions;

/** A portal with one grant, whose statement is for what was asked. */
function serve({ viewsLeft = 20, transactions = [ONE], standing = {}, refusal }: World) {
  return answerCalls((asked) => {
    if (asked.path.startsWith("/confidential/access/grants"))
      return { status: 200, json: detail(viewsLeft, transactions) };
    if (asked.path === "/confidential/account/roster")
      return { status: 200, json: { signed_by: "portal", rp_id: "localhost", keys: [], ...standing } };
    if (asked.path === "/confidential/access/openings") {
      if (refusal !== undefined) return refusal;
      const statement = { grant: GRANT, transactions: idsOf(asked), groups: ["amount"], level: "full" };
      const left = viewsLeft - idsOf(asked).length;
      return {
        status: 201,
        json: { opening_id: "o", statement, views_left: left, notice: { mode: "none" } },
      };
    }
    const data = { amount: "1000", currency: "EUR" };
    return { status: 200, json: { access_id: asked.path, data, receipt: { entry_id: "entry-1" } } };
  });
}

function open(world: World = {}) {
  const calls = serve(world);
  const request: OpeningRequest = { grantId: GRANT, via: "audit", personName: "Ruth Adler" };
  const shown = show(
    <OpeningHost nowMs={Date.now()}>
      <OpenGrantButton request={request}>Open fields</OpenGrantButton>
    </OpeningHost>,
  );
  let presses = 0;
  const press = async (name: string | RegExp) => {
    await shown.user.click(await screen.findByRole("button", { name }));
    presses += 1;
  };
  const sent = (end: string) => calls.filter(({ path }) => path.endsWith(end));
  return { ...shown, press, sent, presses: () => presses };
}

const ready = async (name: string) => {
  const button = await screen.findByRole("button", { name });
  await waitFor(() => expect(button).toHaveProperty("disabled", false));
};

describe("the dialog that opens fields under a grant", () => {
  it("leads from a page without fields to the values in two presses", async () => {
    const { press, presses, sent } = open();
    await press("Open fields");
    await ready("Open");
    expect(screen.getByRole("dialog").textContent).toContain("Court order 18 O 1/26, for audit");
    expect(screen.getByText("One view, 19 of 20 are left afterwards")).toBeDefined();
    expect(
      screen.getByText(/^No\. Parties are not notified of a request with this kind of legal authority/),
    ).toBeDefined();
    expect(sent("/audit")).toHaveLength(0);
    await press("Open");
    expect(await screen.findByText(/1,000/)).toBeDefined();
    expect(presses()).toBe(2);
    expect(screen.getByRole("button", { name: "Make evidence" })).toHaveProperty("disabled", false);
    expect(
      screen.getByText(
        /You have 19 views and 1 export left\. The PDF takes one view and one export of these\./,
      ),
    ).toBeDefined();
    await press("Close the fields");
    expect(screen.queryByText(/1,000/)).toBeNull();
  });

  it("shows why it cannot be opened before anyone signs, and when it can", async () => {
    const refusal = problem(429, "rate.exceeded", { limit: 50, next_possible_at: "2026-11-30T00:00:00Z" });
    const { press, sent } = open({ refusal });
    await press("Open fields");
    expect(await screen.findByText(/A grant allows 50 openings a day\./)).toBeDefined();
    expect(screen.getByRole("button", { name: "Open" })).toHaveProperty("disabled", true);
    expect(sent("/audit")).toHaveLength(0);
  });

  it("leads to a new request where the custodian does not know the grant", async () => {
    const { press } = open({ refusal: problem(403, "custodian.refused", { reason: "unknown-grant" }) });
    await press("Open fields");
    expect(await screen.findByText(/^The escrow custodian does not know this grant/)).toBeDefined();
    expect(screen.getByText(/File a new request for the case/)).toBeDefined();
  });

  it("takes a reason for an opening outside the office hours, and asks again with it", async () => {
    const { press, sent, user } = open({ refusal: problem(403, "access.outside-hours") });
    await press("Open fields");
    await user.type(await screen.findByLabelText(/^Reason for opening outside/), "Urgent");
    await press("Open with this reason");
    await waitFor(() => expect(sent("/openings")).toHaveLength(2));
    expect(sent("/openings")[1]?.body).toMatchObject({ hours_override: { reason: "Urgent" } });
  });

  it("offers no button that must fail where a program holds the key", async () => {
    const keys = [{ kind: "ed25519", id: "k" }];
    const { press } = open({ standing: { signed_by: "own_key", keys } });
    await press("Open fields");
    expect(await screen.findByText(/Your program has the key/)).toBeDefined();
    expect(screen.queryByRole("button", { name: /^Open( with your passkey)?$/ })).toBeNull();
  });

  it("opens several records at once, and no more than views are left", async () => {
    const { press, sent, user } = open({ viewsLeft: 2, transactions: [ONE, TWO, THREE] });
    await press("Open fields");
    await ready("Open");
    const boxes = screen.getAllByRole("checkbox");
    expect(boxes.map((box) => Object(box).checked)).toEqual([true, true, false]);
    expect(boxes[2]).toHaveProperty("disabled", true);
    await user.click(boxes[0] as HTMLElement);
    await user.click(boxes[2] as HTMLElement);
    await ready("Open");
    await press("Open");
    await waitFor(() => expect(sent("/audit")).toHaveLength(2));
    expect(sent("/audit").map(({ path }) => path.split("/")[3])).toEqual([TWO, THREE]);
    expect(await screen.findByRole("heading", { name: "2 opened transactions" })).toBeDefined();
    expect(screen.getByRole("button", { name: "Make evidence" })).toHaveProperty("disabled", true);
    expect(screen.getByText(/has no views left, so no evidence can be made/)).toBeDefined();
  });
});

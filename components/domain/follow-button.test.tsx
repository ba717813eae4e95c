// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { EvidencePack } from "@/components/opening/evidence-pack";
import { answerCalls, show } from "@/lib/testing/components";
import { FollowButton } from "./follow-button";

const [SUBJECT, FOLLOW] = ["018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002"];

const button = (follow?: string) => (
  <FollowButton kind="case" subject={SUBJECT} name="102 O 88/26" follow={follow} />
);

describe("following", () => {
  it("begins and ends with one press each", async () => {
    const calls = answerCalls(() => ({ status: 200, json: {} }));
    const { user, unmount } = show(button());
    await user.click(screen.getByRole("button", { name: "Follow and be notified" }));
    await waitFor(() => expect(calls).toHaveLength(1));
    unmount();
    const { user: again } = show(button(FOLLOW));
    await again.click(screen.getByRole("button", { name: "Following 102 O 88/26. Stop following" }));
    await waitFor(() => expect(calls).toHaveLength(2));
    expect(calls.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["POST", "/confidential/follows", { kind: "case", subject: SUBJECT }],
      ["DELETE", `/confidential/follows/${FOLLOW}`, {}],
    ]);
  });
});

describe("an evidence pack", () => {
  const grant = (more: { views_left?: number; exports_left?: number; transactions?: string[] }) => (
    <EvidencePack
      grant={{
        ...{ id: FOLLOW, purpose: "audit", fields: ["amount"], transactions: [SUBJECT] },
        ...{ views_left: 3, exports_left: 2, ...more },
      }}
    />
  );

  it.each([
    [{}, "You have 3 views and 2 exports left. The pack takes one view and two exports of these.", false],
    [{ exports_left: 1 }, "A pack takes two exports. You have 1 export left.", true],
    [{ views_left: 0 }, "A pack takes one view. You have 0 views left.", true],
    [{ transactions: Array.from({ length: 26 }, () => SUBJECT) }, /up to 25 transactions/, true],
  ] as const)(
    "states the cost before the button is pressed, or why no pack can be made: %o",
    (more, words, isOff) => {
      show(grant(more as Parameters<typeof grant>[0]));
      expect(screen.getByText(words)).toBeDefined();
      expect(screen.getByRole("button", { name: "Make evidence pack" })).toHaveProperty("disabled", isOff);
    },
  );
});

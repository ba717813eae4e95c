// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { LiveUpdates } from "@/components/client/live-updates";
import { answerCalls, show } from "@/lib/testing/components";
import { LogFoot } from "./log-foot";

class Stream extends EventTarget {
  static last: Stream | undefined;
  constructor() {
    super();
    Stream.last = this;
  }
  close(): void {}
}

it("the log's size below the places is renewed when the stream reports a change", async () => {
  vi.stubGlobal("EventSource", Stream);
  const log = { size: 1204, signed_at: null, witness: "own" } as const;
  const calls = answerCalls(() => ({ status: 200, json: { log: { ...log, size: 1210 } } }));
  show(
    <>
      <LogFoot state={{ log }} />
      <LiveUpdates />
    </>,
  );
  expect(screen.getByText("1,204")).toBeDefined();
  const change = { kind: "grant", id: "one", state: "active" };
  // The cache of answers is loaded after the page.
  await vi.waitFor(() => {
    Stream.last?.dispatchEvent(new MessageEvent("change", { data: JSON.stringify(change) }));
    expect(screen.queryByText("1,210")).not.toBeNull();
  });
  expect(calls[0]?.path).toBe("/confidential/home/counts");
  vi.unstubAllGlobals();
});

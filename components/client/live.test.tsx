import { render } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { type Heard, type Hearing, useHeard } from "@/components/client/live";
import { LiveRefresh } from "@/components/client/live-refresh";
import { show } from "@/lib/testing/components";

class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static last: Stream | undefined;
  readyState = 1;
  constructor() {
    super();
    Stream.last = this;
  }
  close(): void {}
  say(data: object): void {
    this.dispatchEvent(new MessageEvent("change", { data: JSON.stringify(data) }));
  }
}

function Part({ heard, hearing }: { heard: Heard[]; hearing: Hearing }) {
  useHeard((one) => void heard.push(one), hearing);
  return null;
}

it("a list that becomes active after a change hears it too, each change once; opened values hear no former state", () => {
  vi.stubGlobal("EventSource", Stream);
  const change = { kind: "grant", id: "one", state: "active" };
  const [rail, list, opened]: Heard[][] = [[], [], []];
  const parts = (all: boolean) => (
    <>
      <Part heard={rail ?? []} hearing="now" />
      {all ? <Part heard={list ?? []} hearing="late" /> : null}
      {all ? <Part heard={opened ?? []} hearing="urgent" /> : null}
    </>
  );
  const { rerender, unmount } = render(parts(false));
  Stream.last?.say(change);
  rerender(parts(true));
  expect([rail, list, opened]).toEqual([[change], [change], []]);
  Stream.last?.say({ ...change, state: "revoked" });
  expect([rail?.length, list?.length, opened?.length]).toEqual([2, 2, 1]);
  unmount();
  vi.unstubAllGlobals();
});

it("a page that becomes active after a change is fetched again at once, without a movement of the reader", async () => {
  vi.stubGlobal("EventSource", Stream);
  const page = (isActive: boolean) => (
    <>
      <Part heard={[]} hearing="now" />
      {isActive ? <LiveRefresh kinds={["notification"]} /> : null}
    </>
  );
  const { rerender, moves, unmount } = show(page(false));
  Stream.last?.say({ kind: "notification", id: "one", state: "sent" });
  rerender(page(true));
  await vi.waitFor(() => expect(moves).toEqual([["refresh"]]));
  unmount();
  vi.unstubAllGlobals();
});

it("a stream that was refused without a session ends, and one that was refused otherwise is asked again", async () => {
  vi.stubGlobal("EventSource", Stream);
  for (const [status, expected] of [
    [503, []],
    [401, ["ended"]],
  ] as const) {
    const answered = vi.fn(() => Promise.resolve(new Response(null, { status })));
    vi.stubGlobal("fetch", answered);
    const heard: Heard[] = [];
    const { unmount } = render(<Part heard={heard} hearing="now" />);
    const stream = Stream.last;
    if (stream === undefined) throw new TypeError("no stream");
    stream.readyState = Stream.CLOSED;
    stream.dispatchEvent(new Event("error"));
    await vi.waitFor(() => expect(answered).toHaveBeenCalledOnce());
    await vi.waitFor(() => expect(heard).toEqual(expected));
    unmount();
  }
  vi.unstubAllGlobals();
});

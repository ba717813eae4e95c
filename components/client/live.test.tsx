import { render } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { type Heard, useHeard } from "@/components/client/live";

class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static last: Stream | undefined;
  readonly readyState = 1;
  constructor() {
    super();
    Stream.last = this;
  }
  close(): void {}
  say(data: object): void {
    this.dispatchEvent(new MessageEvent("change", { data: JSON.stringify(data) }));
  }
}

function Part({ heard }: { heard: Heard[] }) {
  useHeard((one) => void heard.push(one));
  return null;
}

it("a part of the page that becomes active after a change hears it too, and each change once", () => {
  vi.stubGlobal("EventSource", Stream);
  const change = { kind: "grant", id: "one", state: "active" };
  const [rail, list]: Heard[][] = [[], []];
  const parts = (all: boolean) => (
    <>
      <Part heard={rail ?? []} />
      {all ? <Part heard={list ?? []} /> : null}
    </>
  );
  const { rerender, unmount } = render(parts(false));
  Stream.last?.say(change);
  rerender(parts(true));
  expect([rail, list]).toEqual([[change], [change]]);
  Stream.last?.say({ ...change, state: "revoked" });
  expect([rail?.length, list?.length]).toEqual([2, 2]);
  unmount();
  vi.unstubAllGlobals();
});

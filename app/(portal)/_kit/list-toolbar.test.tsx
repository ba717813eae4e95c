// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { SavedView } from "@/lib/home/views/schema";
import { answerCalls, show } from "@/lib/testing/components";
import { ListToolbar } from "./list-toolbar";

const saved: SavedView = {
  ...{ id: "018f0000-0000-7000-8000-000000000001", list: "grants", name: "Ended", query: { view: "ended" } },
  ...{ columns: ["reference", "ends"], is_shared: false, is_own: true, created_at: "2026-11-24T09:00:00Z" },
};
const column = (key: string, isShown: boolean, isTitle = false, isExtra = false) => ({
  ...{ key, head: key },
  ...{ isShown, isTitle, isExtra },
});
const columns = [column("reference", true, true), column("holder", true), column("ends", true)];

const toolbar = (
  more: {
    readonly mayShare?: boolean;
    readonly current?: SavedView;
    readonly extra?: ReturnType<typeof column>;
  } = {},
) =>
  show(
    <ListToolbar
      list="grants"
      path="/grants"
      query={{ view: "ended" }}
      mayShare={more.mayShare ?? true}
      current={more.current}
      columns={more.extra === undefined ? columns : [...columns, more.extra]}
    />,
  );

describe("the tools of a list", () => {
  it("save filters and columns under a name, for the person or their organisation, and show the view", async () => {
    const calls = answerCalls(() => ({ status: 201, json: { ...saved, is_shared: true } }));
    const { user, moves } = toolbar();
    await user.click(screen.getByRole("button", { name: "Save this view" }));
    const dialog = within(screen.getByRole("dialog"));
    await user.type(dialog.getByLabelText("Name"), " Ended ");
    await user.click(dialog.getByLabelText("Everyone in my organisation"));
    await user.click(dialog.getByRole("button", { name: "Save this view" }));
    await waitFor(() => expect(moves).toHaveLength(1));
    expect(calls.map(({ method, path, body }) => [method, path, body])).toEqual([
      [
        "POST",
        "/confidential/views",
        { list: "grants", name: "Ended", query: { view: "ended" }, columns: [], is_shared: true },
      ],
    ]);
    expect(moves[0]?.[1]).toBe(`/grants?view=ended&columns=reference.ends&saved=${saved.id}`);
  });

  it("do not offer to share a view with typed text", async () => {
    const { user } = toolbar({ mayShare: false });
    await user.click(screen.getByRole("button", { name: "Save this view" }));
    const dialog = within(screen.getByRole("dialog"));
    expect(dialog.queryByLabelText("Everyone in my organisation")).toBeNull();
    expect(dialog.getByText(/Only you see it/)).toBeDefined();
  });

  it("rename, share and delete the reader's own view only", async () => {
    const calls = answerCalls(() => ({ status: 200, json: saved }));
    const { user, unmount } = toolbar({ current: saved });
    await user.click(screen.getByRole("button", { name: "Share" }));
    await waitFor(() => expect(calls).toHaveLength(1));
    expect(calls[0]).toMatchObject({ method: "PATCH", body: { is_shared: true } });
    expect(screen.getByRole("button", { name: "Delete" })).toBeDefined();
    unmount();
    toolbar({ current: { ...saved, is_own: false } });
    expect(screen.queryByRole("button", { name: "Delete" })).toBeNull();
  });

  it("choose columns in the address, and never hide the title", async () => {
    const { user, moves } = toolbar();
    expect(screen.getByRole("checkbox", { name: "reference" })).toHaveProperty("disabled", true);
    await user.click(screen.getByRole("checkbox", { name: "holder" }));
    expect(moves.at(-1)?.[1]).toBe("/grants?view=ended&columns=reference.ends");
    await user.click(screen.getByRole("checkbox", { name: "holder" }));
    expect(moves.at(-1)?.[1]).toBe("/grants?view=ended");
  });

  it("name an extra column only once it is chosen", async () => {
    const { user, moves } = toolbar({ extra: column("purpose", false, false, true) });
    await user.click(screen.getByRole("checkbox", { name: "purpose" }));
    expect(moves.at(-1)?.[1]).toBe("/grants?view=ended&columns=reference.holder.ends.purpose");
    await user.click(screen.getByRole("checkbox", { name: "purpose" }));
    expect(moves.at(-1)?.[1]).toBe("/grants?view=ended");
  });
});

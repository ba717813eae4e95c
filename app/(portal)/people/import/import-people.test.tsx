// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { type Asked, answerCalls, problem, type Reply, show } from "@/lib/testing/components";
import { ImportPeople } from "./import-people";

const OPERATOR = "01936f2a-7c1b-7def-8a10-000000000002";
const COMPANY = "01936f2a-7c1b-7def-8a10-000000000003";
const HEAD = "name,email,organisation,role,duties,participant\n";
const lines = (...names: readonly string[]) =>
  HEAD + names.map((name) => `${name},${name}@operator.example,Havel Clearing,coordinator,legal,`).join("\n");

interface World {
  /** Accounts that exist. */
  readonly people: string[];
  answer(asked: Asked): Reply | undefined;
}

/** Answers like a portal with the people of `world`. An accepted invitation adds one. */
function portal(world: World) {
  return answerCalls((asked) => {
    const page = (items: readonly object[]): Reply => ({ status: 200, json: { items, next_cursor: null } });
    if (asked.path.startsWith("/confidential/admin/organisations"))
      return page([
        { id: OPERATOR, name: "Havel Clearing", kind: "operator", state: "active" },
        { id: COMPANY, name: "Alder Ltd", kind: "company", state: "active" },
      ]);
    if (asked.path.startsWith("/confidential/admin/participants"))
      return page([
        {
          ...{ id: "client-1", organisation: { id: COMPANY, name: "Alder Ltd" }, role: "client" },
          ...{ kind: "legal", state: "active", needs_agreement: false },
        },
      ]);
    if (asked.path.startsWith("/confidential/admin/users?view=all"))
      return page(
        world.people.map((email) => ({
          ...{ email, organisation: { id: OPERATOR, name: "Havel Clearing" }, role: "coordinator" },
          ...{ duties: ["legal"], participant_id: null, state: "active" },
        })),
      );
    if (asked.method === "GET") return page([]);
    const told = world.answer(asked);
    if (told !== undefined) return told;
    world.people.push(String(Object(asked.body).email));
    return { status: 201, json: { user_id: OPERATOR, state: "asked", agreement: null, invitation: null } };
  });
}

async function choose(world: World, text: string | Uint8Array<ArrayBuffer>, language: "en" | "de" = "en") {
  const calls = portal(world);
  const shown = show(<ImportPeople />, { language });
  const input = shown.container.querySelector<HTMLInputElement>('input[type="file"]');
  const pick = (content: BlobPart) =>
    shown.user.upload(input as HTMLInputElement, new File([content], "people.csv", { type: "text/csv" }));
  await pick(text);
  const posts = () => calls.filter(({ method }) => method === "POST");
  return { ...shown, pick, posts };
}

const world = (answer: World["answer"] = () => undefined, people: string[] = []): World => ({
  people,
  answer,
});
const row = (name: string) => screen.findByRole("row", { name: new RegExp(name) });

describe("the import of people", () => {
  it("shows what each line would do, asks for the reason, sends the new lines and says who still has to act", async () => {
    const { user, posts } = await choose(world(undefined, ["ines@operator.example"]), lines("elif", "ines"));
    expect(within(await row("elif")).getByText("New, needs agreement")).toBeDefined();
    expect(screen.getByText(/1 line needs the agreement of a second administrator/)).toBeDefined();
    expect(within(await row("ines")).getByText("Exists")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Invite 1 person" }));
    expect(await screen.findByText("Enter the reason")).toBeDefined();
    expect(posts()).toEqual([]);
    await user.type(screen.getByLabelText("Reason"), "First team");
    await user.click(screen.getByRole("button", { name: "Invite 1 person" }));
    expect(await screen.findByText("The import is done")).toBeDefined();
    expect(screen.getByText("1 sent, 1 existed already, 0 refused.")).toBeDefined();
    expect(screen.getByText(/1 invitation waits for a second administrator/)).toBeDefined();
    expect(posts().map(({ body }) => body)).toEqual([
      {
        ...{ name: "elif", email: "elif@operator.example", organisation_id: OPERATOR },
        ...{ role: "coordinator", duties: ["legal"], reason: "First team" },
      },
    ]);
  });

  it("sends nothing where one line is wrong, and names the line and the fault", async () => {
    const text = `${lines("elif")}\n=1+1,x@operator.example,Havel Clearing,coordinator,legal,\nInes,in\u0435s@operator.example,Havel Clearing,coordinator,legal,`;
    const { posts } = await choose(world(), text);
    expect(await screen.findByText("2 lines are wrong. Nothing was sent.")).toBeDefined();
    const [, first] = screen.getAllByRole("row");
    expect(first?.textContent).toContain("The cell under name begins like a formula.");
    expect(screen.getByText(/Letters of other alphabets are not allowed/)).toBeDefined();
    expect(screen.queryByRole("button", { name: /^Invite/ })).toBeNull();
    expect(posts()).toEqual([]);
  });

  it.each([
    ["", "Die Datei ist leer. Die erste Zeile muss name, email, organisation, role nennen."],
    [HEAD, "Die Datei hat nur die erste Zeile. Fügen Sie für jeden Eintrag eine Zeile hinzu."],
    ["name,rolle\n", /nennt die unbekannte Spalte „rolle“/],
    [
      HEAD + "a,b,c,d,,\n".repeat(10_001),
      /Zeile 10002 ist eine zu viel: Eine Datei hat höchstens 10\.000 Zeilen\. Verschieben Sie diese/,
    ],
    [Uint8Array.of(0xff, 0xfe, 0x61, 0), /Zeile 1 ist nicht in UTF-8/],
  ])("says in words why a file as a whole is refused: %#", async (text, words) => {
    const { posts } = await choose(world(), text, "de");
    expect(await screen.findByText(words)).toBeDefined();
    expect(screen.getByText("Es wurde nichts importiert.")).toBeDefined();
    expect(posts()).toEqual([]);
  });

  it("stops when the portal does not respond, and continues with the remaining lines", async () => {
    let isAway = true;
    const here = world((asked) =>
      isAway && Object(asked.body).name === "ines" ? problem(503, "service.unavailable") : undefined,
    );
    const { user, posts } = await choose(here, lines("elif", "ines", "jonas"));
    await user.type(await screen.findByLabelText("Reason"), "First team");
    await user.click(screen.getByRole("button", { name: "Invite 3 people" }));
    expect((await screen.findAllByText("The import has stopped")).length).toBeGreaterThan(0);
    const key = posts()[1]?.headers.get("idempotency-key");
    isAway = false;
    await user.click(screen.getByRole("button", { name: "Invite 2 people" }));
    expect(await screen.findByText("3 sent, 0 existed already, 0 refused.")).toBeDefined();
    expect(posts().map(({ body }) => Object(body).name)).toEqual(["elif", "ines", "ines", "jonas"]);
    expect(posts()[2]?.headers.get("idempotency-key")).toBe(key);
  });

  it("notes a refused line with its reason and sends the others; the next run does not change existing people", async () => {
    const here = world(({ body }) =>
      Object(body).name === "ines" ? problem(422, "person.address") : undefined,
    );
    const { user, pick, posts } = await choose(here, lines("elif", "ines", "jonas"));
    await user.type(await screen.findByLabelText("Reason"), "First team");
    await user.click(screen.getByRole("button", { name: "Invite 3 people" }));
    expect(await screen.findByText("2 sent, 0 existed already, 1 refused.")).toBeDefined();
    expect((await row("ines")).textContent).toMatch(/Refused.*domain/);
    await pick(lines("elif", "jonas"));
    expect(await screen.findByText("Every line exists already. There is nothing to import.")).toBeDefined();
    expect(posts()).toHaveLength(3);
  });

  it("lists lines with a fault first and the others in the order of the file", async () => {
    const text = `${HEAD}Owen,owen@x.example,Alder Ltd,client,,client-1\nElif,elif@operator.example,Havel Clearing,coordinator,legal,\nInes,x,Havel Clearing,coordinator,legal,`;
    await choose(world(), text);
    await row("Owen");
    const shown = screen.getAllByRole("row").map(({ textContent }) => textContent);
    expect(shown.slice(1).map((line) => line?.slice(0, 1))).toEqual(["4", "2", "3"]);
  });

  it("needs no reason where no one has to agree, and offers the links to sign in beside the result", async () => {
    const { user, posts } = await choose(
      world(() => ({
        status: 201,
        json: {
          ...{ user_id: OPERATOR, state: "invited", agreement: null },
          invitation: { link: "https://x.example/invitation#t", sent_to: null, expires_at: "" },
        },
      })),
      `${HEAD}Owen,owen@x.example,Alder Ltd,client,,client-1`,
    );
    expect(within(await row("owen")).getByText("New")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Invite 1 person" }));
    const names: string[] = [];
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      names.push(this.download);
    });
    await user.click(await screen.findByRole("button", { name: "Download the sign-in links" }));
    await waitFor(() => expect(names).toEqual(["sign-in-links.csv"]));
    click.mockRestore();
    expect(posts().map(({ body }) => Object(body).reason)).toEqual([undefined]);
  });

  it("writes a report with a row for each line, in which no cell is a formula", async () => {
    const { user } = await choose(world(), `${HEAD}x,=cmd,Havel Clearing,coordinator,legal,`);
    await screen.findByText("1 line is wrong. Nothing was sent.");
    const saved: Blob[] = [];
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      saved.push(blob as Blob);
      return make.call(URL, blob);
    };
    await user.click(screen.getByRole("button", { name: "Download the report" }));
    await waitFor(() => expect(saved).toHaveLength(1));
    URL.createObjectURL = make;
    expect(await saved[0]?.text()).toContain("2,'=cmd,Wrong,The cell under email begins like a formula.,");
  });
});

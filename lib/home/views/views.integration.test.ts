import { afterAll, beforeAll, expect, it } from "vitest";
import { NewView } from "@/lib/home/views/schema";
import { changeView, deleteView, listViews, saveView } from "@/lib/home/views/views";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
let owner: Person;
let colleague: Person;
let stranger: Person;
beforeAll(async () => {
  bench = await createUseCaseBench();
  owner = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
  const { organisationId } = owner.principal;
  colleague = await bench.person({ role: "coordinator", duties: ["approve"], organisationId, hasKey: false });
  stranger = await bench.person({ role: "regulator", hasKey: false });
});
afterAll(() => bench.close());

const view = (more: object = {}) =>
  NewView.parse({
    list: "requests",
    name: "Denied audits",
    query: { view: "all", state: "denied" },
    ...more,
  });
const namesOf = async (who: Person) => (await listViews(who, "requests")).items.map(({ name }) => name);
const codeOf = async (run: Promise<unknown>): Promise<string> => (await refusalOf(run)).code;

it("a saved view keeps filters and columns, and only its owner sees it until it is shared", async () => {
  const saved = await saveView(owner, view({ columns: ["reference", "due"] }));
  expect(saved).toMatchObject({
    query: { view: "all", state: "denied" },
    columns: ["reference", "due"],
    is_own: true,
  });
  expect(await namesOf(owner)).toEqual(["Denied audits"]);
  expect(await namesOf(colleague)).toEqual([]);
  await changeView(owner, saved.id, { is_shared: true, name: "Denied" });
  const [shared] = (await listViews(colleague, "requests")).items;
  expect(shared).toMatchObject({ name: "Denied", is_own: false, is_shared: true });
  expect(await namesOf(stranger)).toEqual([]);
  expect((await listViews(colleague, "grants")).items).toEqual([]);
});

it("only the owner renames, shares and deletes a view, and others learn nothing of it", async () => {
  const { id } = await saveView(owner, view({ name: "Mine" }));
  for (const who of [colleague, stranger]) {
    expect(await codeOf(changeView(who, id, { name: "Theirs" }))).toBe("view.not-found");
    expect(await codeOf(deleteView(who, id))).toBe("view.not-found");
  }
  await deleteView(owner, id);
  expect(await codeOf(deleteView(owner, id))).toBe("view.not-found");
  expect(await namesOf(owner)).not.toContain("Mine");
});

it("a view with typed text cannot be shared, because it may name a case", async () => {
  const typed = { query: { view: "all", case_number: "102 O 88/26" } };
  expect(await codeOf(saveView(owner, view({ ...typed, is_shared: true })))).toBe("request.invalid");
  const { id } = await saveView(owner, view({ ...typed, name: "One case" }));
  expect(await codeOf(changeView(owner, id, { is_shared: true }))).toBe("request.invalid");
  expect(await namesOf(colleague)).not.toContain("One case");
});

it("a person has at most thirty views of a list", async () => {
  for (let count = 0; count < 30; count += 1) await saveView(stranger, view({ name: `View ${count}` }));
  expect(await codeOf(saveView(stranger, view()))).toBe("view.too-many");
  await saveView(stranger, view({ list: "grants", query: { view: "ended" } }));
});

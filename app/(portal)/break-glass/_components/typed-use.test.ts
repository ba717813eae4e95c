import { expect, test } from "vitest";
import { faultsOf, numbersIn, type TypedUse } from "./typed-use";

const id = (n: number): string => `01a00000-0000-7000-8000-00000000000${n}`;
const typed = (more: Partial<TypedUse> = {}): TypedUse => ({
  transactions: id(1),
  fields: ["amount"],
  reason: "Settlement stands still.",
  ...more,
});

test("numbers are read from lines, commas and spaces, each once, in one case", () => {
  expect(numbersIn(` ${id(1)}\n${id(2)}, ${id(1).toUpperCase()};\n`)).toEqual([id(1), id(2)]);
});

test.each([
  ["nothing", {}, []],
  ["no number", { transactions: " \n" }, ["transactionsMissing"]],
  ["four numbers", { transactions: [1, 2, 3, 4].map(id).join("\n") }, ["transactionsMany"]],
  ["something that is no number", { transactions: `${id(1)} job-12` }, ["transactionsUnclear"]],
  ["no field", { fields: [] }, ["fields"]],
  ["nineteen characters", { reason: "x".repeat(19) }, ["reason"]],
  ["spaces that fill a reason up", { reason: `short${" ".repeat(30)}` }, ["reason"]],
] as const)("%s is told", (_what, change, faults) => {
  expect(faultsOf(typed(change))).toEqual(faults);
});

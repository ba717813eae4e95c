import { describe, expect, test } from "vitest";
import { asNumbers, recordsNamed, recordsTyped } from "./typed-records";

const id = (n: number): string => `01a00000-0000-7000-8000-00000000000${n}`;
const row = (n: number, job: string) => ({ transaction_id: id(n), job_id: job });

describe("typed transactions", () => {
  test("are numbers and names of jobs, each once", () => {
    expect(recordsTyped(`${id(1).toUpperCase()} ${id(2)}\nRender 88-4112; job-7, ${id(1)}\n\n`)).toEqual([
      id(1),
      id(2),
      "Render 88-4112",
      "job-7",
    ]);
    expect(recordsTyped(" \n")).toEqual([]);
  });

  test("a job with one transaction becomes its number", async () => {
    const { transactions, jobs } = await recordsNamed(["one", id(1), id(2)], async () => [row(1, "one")]);
    expect(transactions).toEqual([id(1), id(2)]);
    expect([...jobs]).toEqual([[id(1), "one"]]);
  });

  test("a job without a transaction, or with several, is refused at its place", async () => {
    const find = async (job: string) => (job === "two" ? [row(2, "two"), row(3, "two")] : []);
    await expect(recordsNamed([id(1), "none", "two"], find)).rejects.toMatchObject({
      problem: {
        errors: [
          { pointer: "/transactions/1", detail: "names no transaction" },
          { pointer: "/transactions/2", detail: "names more than 1 transactions" },
        ],
      },
    });
  });

  test("have the form of a number each for a check without a search", () => {
    const [first, second] = asNumbers(["one", id(1)]);
    expect(first).toMatch(/^0{8}-0000-7000-8000-0{12}$/);
    expect(second).toBe(id(1));
  });
});

import { CallRefused, type FieldProblem } from "@/components/client/api";
import { listedIn } from "@/components/form/faults";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Returns what was typed, each once: transaction numbers in lower case, and names of jobs, which may have spaces. */
export function recordsTyped(text: string): string[] {
  const all = text.split(/[\n,;]+/).flatMap((entry) => {
    const words = listedIn(entry);
    const job = words.filter((word) => !UUID.test(word)).join(" ");
    const ids = words.filter((word) => UUID.test(word)).map((id) => id.toLowerCase());
    return job === "" ? ids : [...ids, job];
  });
  return [...new Set(all)];
}

/** Finds transactions of exactly this job. */
export type FindByJob = (
  job: string,
) => Promise<readonly { readonly transaction_id: string; readonly job_id: string }[]>;

/** The typed list with a number for each name, for a check of its form alone, without a search. */
export function asNumbers(typed: readonly string[]): string[] {
  return typed.map((name, at) =>
    UUID.test(name) ? name : `00000000-0000-7000-8000-${String(at).padStart(12, "0")}`,
  );
}

/**
 * Returns the same with the number of its transaction for each job, and the jobs by number. Throws a refusal, as the
 * server's, that names each job without a transaction, or with several.
 */
export async function recordsNamed(typed: readonly string[], find: FindByJob) {
  const jobs = new Map<string, string>();
  const errors: FieldProblem[] = [];
  const named = await Promise.all(
    typed.map(async (name, at) => {
      if (UUID.test(name)) return name;
      const [one, ...others] = await find(name);
      if (one === undefined || others.length > 0) {
        const detail = one === undefined ? "names no transaction" : "names more than 1 transactions";
        errors.push({ pointer: `/transactions/${at}`, detail });
        return name;
      }
      jobs.set(one.transaction_id, one.job_id);
      return one.transaction_id;
    }),
  );
  if (errors.length > 0)
    throw new CallRefused({
      ...{ status: 422, code: "request.invalid", title: "", detail: "", requestId: "" },
      ...{ errors, members: {} },
    });
  return { transactions: [...new Set(named)], jobs };
}

import Link from "next/link";
import { shortDigest } from "@/lib/format";

/** The names of transactions by id: their jobs, if the reader may know them. */
export type TransactionNames = ReadonlyMap<string, string>;

/** Returns the job of a transaction, or the short form of its number for a reader who may not know the job. */
export function transactionName(id: string, names: TransactionNames): string {
  return names.get(id) ?? shortDigest(id);
}

/** Transactions by their jobs, each with a link. */
export function TransactionLinks({ ids, names }: { ids: readonly string[]; names: TransactionNames }) {
  return (
    <span className="inline-flex flex-wrap gap-x-3">
      {ids.map((id) => (
        <Link
          key={id}
          href={`/transactions/${id}`}
          prefetch={false}
          title={id}
          className={`${names.has(id) ? "break-words" : "font-mono"} underline decoration-line-2 underline-offset-4 hover:decoration-current`}
        >
          {transactionName(id, names)}
        </Link>
      ))}
    </span>
  );
}

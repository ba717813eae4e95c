import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { EndTime } from "@/components/ui/begin-and-end";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { type Narrowed, narrowedOf } from "./narrowed";

/** A removed item: struck through, and in words by whom, because not every screen reader announces the line. */
export function RemovedItem({ children, by }: { children: ReactNode; by: string }) {
  return (
    <span className="block break-words text-ink-2">
      <s>{children}</s> <span className="text-note">{by}</span>
    </span>
  );
}

const NAMED = 5;

function jobsOf(request: Pick<RequestView, "jobs">, ids: readonly string[]): string {
  const names = new Map(request.jobs.map(({ transaction_id: id, job_id: job }) => [id, job]));
  const shown = ids.slice(0, NAMED).map((id) => names.get(id) ?? id);
  return ids.length > NAMED ? `${shown.join(", ")}, …` : shown.join(", ");
}

export type RemovedMember = "transactions" | "fields" | "until" | "views" | "exports";

function useStruckOf(request: RequestView, member: RemovedMember): (taken: Narrowed) => ReactNode {
  const t = useTranslations("review.taken");
  const names = useTranslations("domain.fields");
  return ({ by, what }) => {
    if (member === "until")
      return what.until === undefined ? undefined : (
        <RemovedItem by={t("shortened", { name: by })}>
          <EndTime instant={what.until.before} look="bare" />
        </RemovedItem>
      );
    if (member === "views" || member === "exports") {
      const limit = what[`max_${member}`];
      return limit === undefined ? undefined : (
        <RemovedItem by={t("lowered", { name: by })}>{limit.before}</RemovedItem>
      );
    }
    const gone =
      member === "fields"
        ? what.fields.map((group) => names(group)).join(", ")
        : jobsOf(request, what.transactions);
    return gone === "" ? undefined : <RemovedItem by={t("away", { name: by })}>{gone}</RemovedItem>;
  };
}

/** What reviewers have removed of one part of the scope, one line each; empty if nothing was removed. */
export function RemovedLines({ request, member }: { request: RequestView; member: RemovedMember }) {
  const struckOf = useStruckOf(request, member);
  return narrowedOf(request).map((taken) => (
    <span key={`${taken.by} ${JSON.stringify(taken.what)}`}>{struckOf(taken)}</span>
  ));
}

/** The name of a transaction in a list, struck through where it was taken away. */
export function JobName({ job, by }: { job: string; by: string | undefined }) {
  const t = useTranslations("review.taken");
  if (by === undefined) return job;
  return <RemovedItem by={t("away", { name: by })}>{job}</RemovedItem>;
}

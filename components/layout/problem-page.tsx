import { useTranslations } from "next-intl";
import { FailureDetails } from "@/components/layout/failure-details";
import { PageFrame } from "@/components/layout/page-frame";
import { useProblemWords } from "@/components/messages/problem-words";
import { ButtonLink } from "@/components/ui/button-link";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";

/** A page that could not be shown: what the API would have answered, in words. */
export interface PageProblem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly members: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  readonly at: string;
}

/** Forbidden, not found, or away: why, its number in the log, and what to do instead. */
export function ProblemPage({
  problem,
  section,
}: {
  problem: PageProblem;
  section: { label: string; href: string };
}) {
  const t = useTranslations("portal");
  const words = useProblemWords();
  const isForbidden = problem.status === 403 || problem.status === 401;
  const isMissing = problem.status === 404;
  const title = t(isForbidden ? "problem.forbidden" : isMissing ? "problem.notFound" : "problem.away");
  const text = isMissing ? t("problem.notFoundText") : isForbidden ? words(problem) : t("problem.awayText");
  return (
    <PageFrame
      crumbs={[section, { label: title }]}
      title={
        <span className="inline-flex items-center gap-3">
          <Icon name={isForbidden ? "lock" : isMissing ? "nothing" : "stop"} className="size-5" />
          {title}
        </span>
      }
    >
      <div className="max-w-[640px]">
        <p className="text-lead text-ink-2">{text}</p>
        {isForbidden || isMissing ? (
          <p className="mt-2 text-body text-ink-2">{t("problem.recorded")}</p>
        ) : null}
        <div className="mt-6 flex flex-wrap gap-2">
          <ButtonLink href="/" look="secondary">
            {t("problem.home")}
          </ButtonLink>
        </div>
        <FailureDetails
          facts={[
            {
              name: t("problem.number"),
              value: <span className="font-mono">{problem.requestId}</span>,
              text: problem.requestId,
            },
            { name: t("problem.time"), value: <LocalTime instant={problem.at} />, text: problem.at },
          ]}
        />
      </div>
    </PageFrame>
  );
}

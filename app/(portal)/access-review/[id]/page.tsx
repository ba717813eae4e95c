import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { SelectChip } from "@/app/(portal)/_kit/filter-chip";
import { idOf, type Params, readQuery } from "@/app/(portal)/_kit/list-query";
import { DownloadLink } from "@/components/client/download-link";
import { LiveRefresh } from "@/components/client/live-refresh";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { EndTime } from "@/components/ui/begin-and-end";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { getReview } from "@/lib/administration/access-review/get-review";
import type { Review } from "@/lib/administration/access-review/schema";
import { getAccessReview } from "@/lib/api-client/operations/administration/access-reviews";
import { loadPage } from "@/lib/http/pages/page";
import { Desk } from "../_components/desk";
import { Progress } from "../_components/progress";
import { ReviewRows } from "../_components/review-rows";
import { SelectedFacts } from "../_components/selected-facts";
import { SignReview } from "../_components/sign-review";

const PATH = "/confidential/admin/access-reviews";
/** Large enough that all rows are on one page, so that the keys reach each of them. */
const PAGE_SIZE = "500";

/** Rows of one organisation, as a plain form. */
function Filter({ review, organisation }: { review: Review; organisation: string | undefined }) {
  const t = useTranslations("accessReview.one");
  if (review.organisations.length < 2) return null;
  return (
    <search className="mt-4 print:hidden">
      <form action={`/access-review/${review.id}`} className="flex flex-wrap items-center gap-2">
        <SelectChip
          id="review-organisation"
          name="organisation"
          label={t("organisation")}
          value={organisation ?? ""}
          any={t("any")}
        >
          {review.organisations.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectChip>
        <Button type="submit" size="bar" icon="filter">
          {t("show")}
        </Button>
      </form>
    </search>
  );
}

/** Who signed, the digest and the files of the result. */
function Result({ review }: { review: Review }) {
  const t = useTranslations("accessReview.one");
  return (
    <Section title={t("signatures")}>
      <ul className="py-2 text-control">
        {review.signatures.length === 0 ? <li className="text-ink-2">{t("noSignature")}</li> : null}
        {review.signatures.map((one) => (
          <li key={`${one.by}${one.at}`} className="py-1">
            {t("signature", { name: one.by, rows: one.rows })}, {t(`proofs.${one.proof}`)},{" "}
            <LocalTime instant={one.at} form="minute" />
          </li>
        ))}
        {review.digest === null ? null : (
          <li className="py-1 text-ink-2">
            {t("digest")} <Digest value={review.digest} />
          </li>
        )}
      </ul>
      <div className="flex flex-wrap gap-2 print:hidden">
        <DownloadLink href={`${PATH}/${review.id}/export`} look="secondary" size="form">
          {t("csv")}
        </DownloadLink>
        <DownloadLink href={`${PATH}/${review.id}/result`} look="secondary" size="form">
          {t("json")}
        </DownloadLink>
      </div>
    </Section>
  );
}

function Lead({ review }: { review: Review }) {
  const t = useTranslations("accessReview.one");
  const isRunning = review.state === "running";
  const at = isRunning ? review.due_at : (review.ended_at ?? review.due_at);
  return (
    <p className="max-w-[80ch]">
      {t("lead")}{" "}
      {t.rich(isRunning ? "due" : "ended", {
        day: () =>
          isRunning ? <EndTime instant={at} look="bare" /> : <LocalTime instant={at} form="minute" />,
      })}
    </p>
  );
}

function Lapsed({ review: { state, counts } }: { review: Review }) {
  const t = useTranslations("accessReview.one");
  if (state !== "lapsed") return null;
  const open = counts.rows - counts.decided;
  return (
    <Notice
      tone="amber"
      icon="warning"
      className="mt-4"
      title={t("lapsed", { open, paused: counts.paused })}
    />
  );
}

export async function generateMetadata() {
  return { title: (await getTranslations("accessReview"))("title") };
}

/** One access review: rows to keep, change or remove, the selected one's facts, and the signature. */
export default async function ReviewPage(input: {
  params: Promise<{ readonly id: string }>;
  searchParams: Promise<Params>;
}) {
  const t = await getTranslations("accessReview");
  const [id, params] = [idOf(await input.params), await input.searchParams];
  const { query, given } = readQuery(getAccessReview.query, params, { limit: PAGE_SIZE });
  const path = `${PATH}/${id}`;
  const result = await loadPage(getAccessReview, path, (cx) => getReview(cx, id, query));
  const above = { label: t("title"), href: "/access-review" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={above} />;
  const { value: review, principal } = result;
  const name = t.rich("named", { time: () => <LocalTime instant={review.begun_at} form="day" /> });
  const canSeePeople = principal.role === "admin" || principal.duties.includes("compliance");
  return (
    <Desk review={review}>
      <PageFrame
        crumbs={[above, { label: name }]}
        title={t("title")}
        lead={<Lead review={review} />}
        actions={<SignReview />}
        apiCall={{ method: "GET", path }}
        facts={<SelectedFacts canSeePeople={canSeePeople} />}
      >
        <LiveRefresh kinds={["access_review"]} id={id} />
        <Progress review={review} />
        <Lapsed review={review} />
        <Filter review={review} organisation={given.organisation} />
        <UnreadableRows rows={review.rows.unreadable} />
        <ReviewRows />
        <Result review={review} />
      </PageFrame>
    </Desk>
  );
}

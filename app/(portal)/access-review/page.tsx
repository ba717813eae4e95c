import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { EndTime } from "@/components/ui/begin-and-end";
import { ButtonLink } from "@/components/ui/button-link";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { listReviews as load } from "@/lib/administration/access-review/get-review";
import type { ReviewSummary } from "@/lib/administration/access-review/schema";
import { listAccessReviews } from "@/lib/api-client/operations/administration/access-reviews";
import { BeginReview } from "./_components/begin-review";
import { ReviewTag } from "./_components/review-words";

function useColumns(): Column<ReviewSummary>[] {
  const t = useTranslations("accessReview");
  return [
    {
      key: "review",
      head: t("columns.review"),
      isTitle: true,
      cell: ({ begun_at: at }) => (
        // A row's link is a flex box, in which the blank between two items would be lost.
        <span>{t.rich("named", { time: () => <LocalTime instant={at} form="day" /> })}</span>
      ),
    },
    { key: "state", head: t("columns.state"), cell: ({ state }) => <ReviewTag state={state} /> },
    {
      key: "due",
      head: t("columns.due"),
      cell: ({ due_at: at }) => <EndTime instant={at} look="bare" />,
    },
    {
      key: "decided",
      head: t("columns.decided"),
      cell: ({ counts: { decided, rows } }) => t("decided", { decided, rows }),
    },
    { key: "result", head: t("columns.result"), cell: ({ counts }) => t("result", counts) },
  ];
}

async function Actions({ mayBegin }: { mayBegin: boolean }) {
  const t = await getTranslations("accessReview.records");
  return (
    <>
      <ButtonLink href="/access-review/records" look="secondary" size="form">
        {t("link")}
      </ButtonLink>
      {mayBegin ? <BeginReview /> : null}
    </>
  );
}

async function NextBegin({ at, runs }: { at: string; runs: boolean }) {
  const t = await getTranslations("accessReview");
  return (
    <p className="mb-4 text-control text-ink-2">
      {t.rich("next", { running: runs ? "yes" : "no", day: () => <LocalTime instant={at} form="day" /> })}
    </p>
  );
}

/** Access reviews, newest first, and when the next one begins. */
const page = listPage({
  path: "/access-review",
  operation: listAccessReviews,
  load,
  title: async () => (await getTranslations("accessReview"))("title"),
  lead: async () => (await getTranslations("accessReview"))("lead"),
  actions: ({ value }) => <Actions mayBegin={value.may_begin} />,
  before: ({ value: { items, next_at: at } }) => (
    <NextBegin at={at} runs={items.some(({ state }) => state === "running")} />
  ),
  caption: async () => (await getTranslations("accessReview"))("caption"),
  useColumns,
  rowKey: ({ id }) => id,
  href: ({ id }) => `/access-review/${id}`,
  live: ["access_review"],
  empty: async () => {
    const t = await getTranslations("accessReview.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;

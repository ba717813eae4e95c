import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { CommentButton } from "./comment-button";

/** Comments of both sides, oldest first. Questions and their answers are shown elsewhere. */
export function CommentSection({ request }: { request: RequestView }) {
  const t = useTranslations("review.comment");
  const comments = request.timeline.filter(({ kind }) => kind === "comment");
  return (
    <Section title={t("title")} count={comments.length}>
      {comments.length === 0 ? <p className="mt-2 text-control text-ink-2">{t("none")}</p> : null}
      <ul className="max-w-[720px]">
        {comments.map(({ at, by_name: name, comment }) => (
          <li key={`${at} ${name}`} className="break-inside-avoid border-line border-b py-2 text-control">
            <p className="flex flex-wrap justify-between gap-x-4">
              <span className="font-medium">{name}</span>
              <span className="text-ink-2">
                <LocalTime instant={at} form="minute" />
              </span>
            </p>
            <p className="whitespace-pre-wrap break-words">{comment}</p>
          </li>
        ))}
      </ul>
      <div className="mt-4 print:hidden">
        <CommentButton requestId={request.id} isAnswer={false} />
      </div>
    </Section>
  );
}

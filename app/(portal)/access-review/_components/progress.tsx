import { useTranslations } from "next-intl";
import type { Review } from "@/lib/administration/access-review/schema";

/** More squares than this say no more than a bar. */
const MOST_SQUARES = 60;

/** How much of a review is decided: a square for each row, or a bar where there are many. */
export function Progress({ review: { counts, state } }: { review: Review }) {
  const t = useTranslations("accessReview.one");
  const { rows, decided } = counts;
  const share = rows === 0 ? 0 : Math.round((decided / rows) * 100);
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-2 text-control">
      {rows <= MOST_SQUARES ? (
        <span aria-hidden="true" className="flex max-w-full flex-wrap gap-[2px]">
          {Array.from({ length: rows }, (_, index) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: squares have no identity of their own
              key={index}
              className={`h-[10px] w-[6px] border ${index < decided ? "border-accent bg-accent" : "border-line-2"}`}
            />
          ))}
        </span>
      ) : (
        <span aria-hidden="true" className="h-[10px] w-[240px] max-w-full border border-line-2">
          <span className="block h-full bg-accent" style={{ width: `${share}%` }} />
        </span>
      )}
      <span>{t.rich("progress", { decided, rows, strong: (text) => <strong>{text}</strong> })}</span>
      <span className="text-ink-2">{t("counts", counts)}</span>
      {state === "running" ? <span className="text-ink-2">{t("left", { left: counts.left })}</span> : null}
    </div>
  );
}
